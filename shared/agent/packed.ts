// The node agent, packed by scripts/pack-agent.ts and never edited by hand: compressed with gzip
// and written in base64, because start scripts are short and hold text only.

/** A function, so that bundles which start no instance leave it out. */
export const packedAgent = (): string =>
  [
    'H4sIAAAAAAACA21Wa2/bNhT9zl9xyyqJlIhWnD6wylOBdjHWrkVcNB2wwkoNRrq2tEikSlJxPUf/fSAle0lW2Ib5uDy8',
    '5z6p0QBj4G1///Tn4vLd7NOn6efFxex8uric/ja7OL+M2ctTGP9yegov7bcjeItqk3hj0GWFIsPEO4OV4nbwDHTDFSbe',
    'c1JIbZKHqO9ml18WH6ZfYxahySKtC/tbWMkF5mcvXoxfLW5wM2ra646gyEuxeoQwu1hML87fX/wes0hJaSIpWC840kVH',
    'RFtfo0o8P+cG4eRAB8SU2Y0fwJYo5DkwBUKuYQG/Ro2SWdQ2pqyRCLlOvK2Q64PRcUc6kvGqcod4a4qEvmlNIVX5Dzel',
    'FDG8Ra5QgXdGSbmETNY1FzmwW8haVcHrKMfbSLRVNQFToCD2BtkaODvtBdhSXwJ7B9Sz6BS87bP4hOUdUDti7K/z6cfp',
    'l2lHgXpjSrDSeB9jvbIO+z5jwFiBPEe1R6KMObBGasNybnjSOcgaTSHz5CHusiQd0XXpeN7DF7dlXnKm6xIY+96i2rBV',
    '0yb2DDC2lKrmJsn0bShkf30oZCtKo0lHljwz2gHe4CbxfI05MAFHYx3NaZpeRdFqMtbR6DiihzRqjoB61vk0IJgVEmhK',
    'HUJK421KtS7eSW0+4Calsbe9wU3MrFk7atWGTLbChLkqb1EtblHpUopQ8Brhjty7N/Xnp+zV1XEahJD6o3v/UUhXTfub',
    'haFxOg5pj0Vjmp5Rt3fBa7TTZ1bXXsUutDRLrHJH85ZXLSbeVmFTbZ4e05R645TGtNvvuP+Dg/kTp4UNrgK5MtfIjUPY',
    'h6zfj+AExkEApUhOQbYmOYWb60YnljhZNa22Vq1LaE1ZDQE5WjVtWGMt1WbUasx3YyMNr0KDdYOKm1ahE2zkGtUoV3x9',
    'z046mn8Lr47n39gpezUK4cpNXRBHq4mOvqW+WwnTIN0+Tzs38aL54VUYNUcBWRdlhbDPMOsE9QMWDz7mBywmkEuScY3g',
    'OaFSkErGAUwm5Dh2pD3fLwWcgPoRBI6/5/s2ME/A2JXJhKDmGcmlwF0OCzQ25cjcJpDNuJh5Qq47CqwyQO2YwhUcHvaW',
    '9PzhCgvLQLd1ABGMz15ABL4tDsylbRAERLf1XiHZmiBwO4lFJLovm70KfYgRFwWJ59vyAdT7X0H98/NH+mj94/TN5XTx',
    'ZfZhekGBblPaR4GN+H4Uer5jxoVeo8LcUrm7A5cnJEipwQprNGrTJ40NkZTGc29rRwdhdxWm1OqIWqPd8Z6GKVU/3m5M',
    'Py1FmFLz31y2JkxJSgWatVQ3H64bt2xNF6a0r5eXmEmRu3V/MJk2XJkgCFP6t7x+n6c0Th8S/WP2dvH+PKVdR4MhBJy5',
    'bAwcH9GMK7WZCRob1eLRcUB2fHtru4wD3d/7EZfGtodkuP0EhjSLmTe0pC4IhjOuWQ0K7zrXTto2Mxt6965f8krb+0Eb',
    '2STjfcDZpBelLlzOWn/0070/5vAE2BKo13ejYXVXVpmGV0A91xsp6OKe3CHZISVj0rl2RZwxHXHIbRGxFnjcZu7uhk7A',
    'CqwaOHt9OIY7WClsgH0HhsCGsg93d2QLvDHMireNa42Hh/uVUmhj45VtHPAEOovNmxvgee6WSCtMWcHc0hgK9o70Y/8D',
    'W6F9Jly5TNcVYgPjnpRN2aFQWGNRz1qYDpLzXZ72KZu3OFyxhX25nPTG2Pnc+TIIJtCRimtXKLztLmpsJFiNOjjZvVKC',
    'oK8QKOyuPbKvEHYylIgeCkX+UCXP9+2OJWp9GARDFjrX/Vz0pH8T7USvFfKbn1hkgFjz0gzWcX1m1bRMF7JpUAGKXIMp',
    'St37SmTobFYuYf6ompxPL798nn21byxnWff++Ek12sn9pCDdh+jfHq5jyOWSLEtL5H/qZVwIaayWD5UcyFLPeYr2dP8F',
    'bdFVi24KAAA=',
  ].join('');
