// The node agent, packed by scripts/pack-agent.ts and never edited by hand: compressed with gzip
// and written in base64, because start scripts are short and hold text only.

/** A function, so that bundles which start no instance leave it out. */
export const packedAgent = (): string =>
  [
    'H4sIAAAAAAACA21W/W/bNhP+nX/FjWMSKRGtOF2HVZ4GrIux9m0RF00HbLBSg7HOlt5IpEpScT1H//tASvaSrIgD8+P8',
    '3D33SYMWOAe2+/3DH4vrN7MPH6YfF1ezy+nievrb7OryOuE/nsP4p/Nz+NF9OoL3qLcpG0OOYpWyC1hrscSUvQDTCI0p',
    '+4EUytj0KeSb2fWnxbvpXwmP0S5jYwr3v3CSC8wvXr4cv1rc4XbUtLcdQZmXcv0MYXa1mF5dvr36PeGxVsrGSvJecGSK',
    'jsi2vkWdsiAXFuHsyITElsu7IIQd0Shy4Bqk2sACfo4brZZx29iyRiLVJmU7qTZHo9OOdGQpqsr/SLS2SOmvrS2ULv8W',
    'tlQygdcoNGpgF5SUK1iquhYyB34Py1ZX8Euc430s26qagC1QEqdBtRYuznsBvjLXwN8AZQ6dAtu9SM543gF1K87/vJy+',
    'n36adhQoG1OClcHHGJu1i9aXGQfOCxQ56gMS5dyDNcpYngsr0s5D1mgLladPcVcl6YipS8/zEb68L/NScFOXwPmXFvWW',
    'r5s2db8BzldK18KmS3MfSdWrj6RqZWkN6chKLK3xgHe4TVlgMAcu4WRs4jnNsps4Xk/GJh6dxvSYxs0JUOaCT0OCy0IB',
    'zahHyGiyy6gxxRtl7DvcZjRhuzvcJty5taPObFiqVtoo1+U96sU9alMqGUlRIzyQR3qzYH7OX92cZmEEWTB69B1HdN20',
    'vzkYmmTjiPZYNKHZBfV3V6JGt33hbO1N7CJHs8Qq9zTvRdViynYam2r7/SnNKBtnNKHd4cZ/Hx3Nv/NWuOQqUGh7i8J6',
    'hEPKBv0KzmAchlDK9BxUa9NzuLttTOqIk3XTGufVuoTWltWQkKN100Y11kpvR63BfL+2yooqslg3qIVtNXrBRm1Qj3It',
    'No/8ZOL55+jmdP6Zn/NXowhu/NYncbyemPhzFviTKAuz3Q9Z5zcsnh/fRHFzEpJNUVYIhwpzQdBfYfHkz36FxQRyRZbC',
    'IDAvVEpSqSSEyYScJp40C4JSwhnor2Ho+bMgcIl5BtadTCYEjViSXEnc17BE60qOzF0BuYpLOJNq01HglQXq1hRu4Pi4',
    '9yQLBhUOloNp6xBiGF+8hBgC1xy4L9swDIlp64NBqrVh6G9Sh0hM3zN7E/oUIz4LUha49gGU/aeb/vHxPX12/n766/V0',
    '8Wn2bnpFge4y2meBy/h+FbHAM3NZkzseDw/gi4SEGbVYYY1Wb/uKcfmR0WTOdm51FHU3UUadgWgMuhv2fZRR/fX11vbb',
    'UkYZtf/uVWujjGRUot0offfutvHHzm9RRvtmeY1LJXN/Hgz+MlZoG4ZRRv+vbt/mGU2ypyz/N3u9eHuZ0a6j4RB/7yuX',
    'AKcndCm03s4kTaxu8eQ09CWS9372tQamV/oeV9YNhnRQfQZDgSWcuUnUheHwAz+gBlP302ov6gaYy7hHileiMk4zGKua',
    'dHzIM1frsjSFL1UXhn6L+0jM4TvgK6CsH0LD6b6bcgOvgDI/EimY4pHcMdkjpWPS+SlFvBs9a8hd73D0n0+Xh4dhAPAC',
    'qwYufjkewwOsNTbAvwBH4EO3h4cHsgPRWO7E28ZPxOPjw0kpjXVpyrceeAKdwxbNHYg890eklbasYO5oDH16T/p55IGv',
    '0T0NbnyBmwqxgXFPylXq0B+csyhzHqaD5Hxfnn2l5i0OKnZw6JKT3hn7gPtYhuEEOlIJ4/sD2/l8STjz5nRw5p8lYdi3',
    'BJTuygkfWoLbDD2hB0GZPzWGBYG7cRRd9MJwqDwftG+LnvWPoL3orUZx9w1fDBAbUdrBL36wrJuWm0I1DWpAmRuwRWn6',
    'KMklem+VK5g/ax+X0+tPH2d/uUeV96l/cHyj/ezlvtGBHkP0jw0/ItRqRValI/If85ZCSmWdlU+NHMhS5mNEe7r/AIHU',
    'oKVcCgAA',
  ].join('');
