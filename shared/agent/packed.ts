// The node agent, packed by scripts/pack-agent.ts and never edited by hand: compressed with gzip
// and written in base64, because start scripts are short and hold text only.

/** A function, so that bundles which start no instance leave it out. */
export const packedAgent = (): string =>
  [
    'H4sIAAAAAAACA21WbW/bNhD+zl9xY5lESkQrTtthlacB7WKsXYu4aDpgg5UajHW2tEikSlJxPUf/fSAlZ0lW2Ib5cnx4',
    'z73SoAXOge1++/jH4vLt7OPH6afFxex8uric/jq7OL9M+I+nMP7p9BR+dN+O4C3qbcrGkKNYpewM1losMWXPwTRCY8pe',
    'kEIZmz6GfDu7/Lx4P/0r4THaZWxM4X4LJ7nA/Ozly/GrxQ1uR0173RGUeSnXTxBmF4vpxfm7i98SHmulbKwk7wVHpuiI',
    'bOtr1CkLcmERTg5MSGy5vAlC2BGNIgeuQaoNLODnuNFqGbeNLWskUm1StpNqczA67khHlqKq/CHR2iKlr1tbKF3+I2yp',
    'ZAJvUGjUwM4oKVewVHUtZA78FpatruCXOMfbWLZVNQFboCTuBtVaODvtBfjKXAJ/C5Q5dAps9zw54XkH1I04//N8+mH6',
    'edpRoGxMCVYGH2Js1s5bX2ccOC9Q5KjvkSjnHqxRxvJcWJF2HrJGW6g8fYy7KklHTF16ng/w5W2Zl4KbugTOv7aot3zd',
    'tKk7A5yvlK6FTZfmNpKqvz6SqpWlNaQjK7G0xgPe4DZlgcEcuISjsYnnNMuu4ng9GZt4dBzTQxo3R0CZcz4NCS4LBTSj',
    'HiGjyS6jxhRvlbHvcZvRhO1ucJtwZ9aOOrVhqVppo1yXt6gXt6hNqWQkRY1wRx7cmwXzU/7q6jgLI8iC0YP/OKLrpv3V',
    'wdAkG0e0x6IJzc6o37sQNbrpc6drr2IXOZolVrmneSuqFlO209hU22fHNKNsnNGEdvc7/v/gYP6D18IF1zUK6w/fR2vQ',
    'j+AExmEIpUxPQbU2PYWb68akjjNZN61xBq1LaG1ZDbE4WjdtVGOt9HbUGsz3Y6usqCKLdYNa2FajF2zUBvUo12LzwEQm',
    'nn+Jro7nX/gpfzWK4MpPffzG64mJv2SBX4myMNu9yDo/YfH88CqKm6OQbIqyQrhPLmd//Q0Wjz72GywmkCuyFAaBeaFS',
    'kkolIUwm5DjxpFkQlBJOQH8LQ8+fBYGLyROwbmUyIWjEkuRK4j59JVqXbWTucsclW8KZVJuOAq8sUDemcAWHh70lWTBc',
    '4WA5mLYOIYbx2UuIIXB1gfuMDcOQmLa+V0i1Ngz9TuoQienLZa9CH13EB0DKAlc5gLL/FdI/Pn2gT9Y/TF9fThefZ++n',
    'FxToLqN9FLhg70cRCzyzAoXOHY+7O/D5QcKMWqywRqu3fbK4+MhoMmc7NzqIuqsoo05BNAbdDnsWZVR/e7O1/bSUUUbt',
    'f3PV2igjGZVoN0rfvL9u/LKzW5TRvk5e4lLJ3K8Hg72MFdqGYZTRv9X1uzyjSfaY5e+zN4t35xntOhoO/ve2cgFwfESX',
    'QuvtTNLE6haPjkPiyfZ29mkGpr/0A66s6wnpcPUJDLmVcOaaUBeGwwHfmwZV941qL+p6l4u4BxevRGXczWCsatLxfZy5',
    'NJelKXyqOjf0U9x7Yg4/AF8BZX3/GVb3hZQbeAWU+W5IwRQP5A7JHikdk843KOLN6FlD7sqGo/+0sdzdDbWfF1g1cPbL',
    '4RjuYK2xAf4VOAIfCj3c3ZEdiMZyJ942vhkeHt6vlNJYF6Z864En0Dls0dyAyHO/RFppywrmjsZQovekn3oe+Brdq+DK',
    'J7ipEBsY96Rcpg71wRmLMmdhOkjO9+nZZ2re4nDFDlyBnPR22PvauzEMJ9CRShhfGtjOh0rCmdekgxP/GAnDvhqgdFtO',
    '+L4auMlQDnoQlPljPVgQuB3HzjkuDIek8/76vuhJ//TZi15rFDffMcMAsRGlHUzi28m6abkpVNOgBpS5AVuUpneQXKI3',
    'VLmC+ZPKcT69/Pxp9pd7Snlz+mfGdyrPXu47xechRP/E8N1BrVZkVToi/1NvKaRU1mn5WMmBLGXeR7Sn+y98btfsUgoA',
    'AA==',
  ].join('');
