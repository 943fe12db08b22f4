// The node agent, packed by scripts/pack-agent.ts and never edited by hand: compressed with gzip
// and written in base64, because start scripts are short and hold text only.

/** A function, so that bundles which start no instance leave it out. */
export const packedAgent = (): string =>
  [
    'H4sIAAAAAAACA21Wa2/bNhT9zl9xyyqJlIhWnD6wylOBdjHWrkVcNB2wwkoNRrq2tEikSlJxPUf/fSAle0lW2Ib5uDy8',
    'z3Op0QBj4G1///Tn4vLd7NOn6efFxex8uric/ja7OL+M2ctTGP9yegov7bcjeItqk3hj0GWFIsPEO4OV4nbwDHTDFSbe',
    'c1JIbZKHqO9ml18WH6ZfYxahySKtC/tbWMkF5mcvXoxfLW5wM2ra646gyEuxeoQwu1hML87fX/wes0hJaSIpWC840kVH',
    'RFtfo0o8P+cG4eRAB8SU2Y0fwJYo5DkwBUKuYQG/Ro2SWdQ2pqyRCLlOvK2Q64PRcUc6kvGqcod4a4qEvmlNIVX5Dzel',
    'FDG8Ra5QgXdGSbmETNY1FzmwW8haVcHrKMfbSLRVNQFToCD2BtkaODvtBdhSXwJ7B9Sz6BS87bP4hOUdUDti7K/z6cfp',
    'l2lHgXpjSrDSeB9jvbIB+z5jwFiBPEe1R6KMObBGasNybnjSOcgaTSHz5CHusiQd0XXp7LyHL27LvORM1yUw9r1FtWGr',
    'pk3sGWBsKVXNTZLp21DI/vpQyFaURpOOLHlmtAO8wU3i+RpzYAKOxjqa0zS9iqLVZKyj0XFED2nUHAH1bPBpQDArJNCU',
    'OoSUxtuUal28k9p8wE1KY297g5uYWbd21KoNmWyFCXNV3qJa3KLSpRSh4DXCHbl3b+rPT9mrq+M0CCH1R/f+o5CumvY3',
    'C0PjdBzSHovGND2jbu+C12inz6yuvYpdaM0sscqdmbe8ajHxtgqbavP0mKbUG6c0pt1+x/0fHMyfOC1schXIlblGbhzC',
    'PmX9fgQnMA4CKEVyCrI1ySncXDc6sYaTVdNq69W6hNaU1ZCQo1XThjXWUm1GrcZ8NzbS8Co0WDeouGkVOsFGrlGNcsXX',
    '9/yko/m38Op4/o2dslejEK7c1CVxtJro6Fvqu5UwDdLt87RzEy+aH16FUXMUkHVRVgj7CrNBUD9g8eBjfsBiArkkGdcI',
    'nhMqBalkHMBkQo5jZ7Tn+6WAE1A/gsDZ7/m+TcwTMHZlMiGoeUZyKXBXwwKNLTkytwVkKy5mnpDrjgKrDFA7pnAFh4e9',
    'Jz1/uMLCMtBtHUAE47MXEIFvyYG5sg2CgOi23iskWxMEbiexiET3tNmr0KcYcVmQeL6lD6De/wj1z88f6aP1j9M3l9PF',
    'l9mH6QUFuk1pnwU24/tR6PnOMotdYm4tubsDVyYkSKnBCms0atPXjM2QlMZzb2tHB2F3FabUqohao93xnoYpVT/ebkw/',
    'LUWYUvPfXLYmTElKBZq1VDcfrhu3bD0XprSny0vMpMjduj94TBuuTBCEKf1bXr/PUxqnD+38Y/Z28f48pV1HgyEDnLds',
    'Chwf0YwrtZkJGhvV4tFxQAZze1+7egPdX/sRl8Y2h2S4/ASGIouZNzSkLgiGM65VDfru+tZO2rYym3j3bl/yStvrQRvZ',
    'JON9utmSF6UuXMXaaPTTfTjm8ATYEqjX96JhdUeqTMMroJ7rjBR0cU/ukOyQkjHpXLMizpfOcMgthVgPPG4yd3dDH2AF',
    'Vg2cvT4cwx2sFDbAvgNDYAPpw90d2QJvDLPibeMa4+HhfqUU2thsZRsHPIHOYvPmBnieuyXSClNWMLdmDHS9M/px+IGt',
    '0D4Srlyd6wqxgXFvlC3YgSass6hnPUwHyfmuSvuCzVscrtjCniwnvTN2MXexDIIJdKTi2tFEz8Il5jYRrEIdnOyeKEHQ',
    '0wMKu2tP7OnBTgZ+6JFQ5A818nzf7lg7bQiDYKhBF7mfi570D6Kd6LVCfvMThwwQa16awTmuyayalulCNg0qQJFrMEWp',
    '+1CJDJ3LyiXMH1HJ+fTyy+fZV/vAco51j4+fUNFO7idsdB+if3i4diGXS7IsrSH/Uy/jQkhjtXyo5GAs9VygaG/uv1X1',
    '9CRrCgAA',
  ].join('');
