// The node agent, packed by local/pack-agent.ts and never edited by hand: compressed with gzip
// and written in base64, because start scripts are short and hold text only.

/** A function, so that bundles which start no machine leave it out. */
export const packedAgent = (): string =>
  [
    'H4sIAAAAAAACA21WbW/bNhD+zl9x45hESkQrTtdhlacB62KsXYu4aDpgg5UajHW2tEikRlJxPUf/fSAlZ05W2Ib5cnx4',
    'b88dDVrgHNju1w+/L67fzD58mH5cXM0up4vr6S+zq8vrhH9/DuMfzs/he/ftCN6j3qZsDDmKVcouYK3FElP2AkwjNKbs',
    'O1IoY9OnkG9m158W76Z/JjxGu4yNKdxv4SQXmF+8fDl+tbjD7ahpbzuCMi/l+hnC7Goxvbp8e/VrwmOtlI2V5L3gyBQd',
    'kW19izplQS4swtmRCYktl3dBCDuiUeTANUi1gQX8GDdaLeO2sWWNRKpNynZSbY5Gpx3pyFJUlT8kWluk9OfWFkqX/whb',
    'KpnAaxQaNbALSsoVLFVdC5kDv4dlqyv4Kc7xPpZtVU3AFiiJu0G1Fi7OewG+MtfA3wBlDp0C271IznjeAXUjzv+4nL6f',
    'fpp2FCgbU4KVwUOMzdpF6+8ZB84LFDnqRyTKuQdrlLE8F1aknYes0RYqT5/irkrSEVOX3s4DfHlf5qXgpi6B879b1Fu+',
    'btrUnQHOV0rXwqZLcx9J1V8fSdXK0hrSkZVYWuMB73CbssBgDlzCydjEc5plN3G8noxNPDqN6TGNmxOgzAWfhgSXhQKa',
    'UY+Q0WSXUWOKN8rYd7jNaMJ2d7hNuHNrR53asFSttFGuy3vUi3vUplQykqJGeCAH92bB/Jy/ujnNwgiyYHTwH0d03bS/',
    'OBiaZOOI9lg0odkF9XtXokY3feF07VXsImdmiVXuzbwXVYsp22lsqu23pzSjbJzRhHaPO/7/6Gj+jdfCJdctCusPP2Zr',
    '0I/gDMZhCKVMz0G1Nj2Hu9vGpM5msm5a4xxal9DashpycbRu2qjGWuntqDWY78dWWVFFFusGtbCtRi/YqA3qUa7F5sBF',
    'Jp5/jm5O55/5OX81iuDGT33+xuuJiT9ngV+JsjDbfZd1fsLi+fFNFDcnIdkUZYXwSC7nf/0FFk8+9gssJpArshQGgXmh',
    'UpJKJSFMJuQ08UazICglnIH+EobefhYELifPwLqVyYSgEUuSK4l7+kq0jm1k7rjjyJZwJtWmo8ArC9SNKdzA8XHvSRYM',
    'VzhYDqatQ4hhfPESYghcXeCesWEYEtPWjwqp1oah30kdIjF9uexV6LOL+ARIWeAqB1D2v0L6+8f39Nn6++nP19PFp9m7',
    '6RUFustonwUu2ftRxAJvWYFC586Ohwfw/CBhRi1WWKPV254sLj8ymszZzo2Oou4myqhTEI1Bt8O+jTKqv7ze2n5ayiij',
    '9r+5am2UkYxKtBul797dNn7Z+S3KaF8nr3GpZO7Xg8FfxgptwzDK6F/q9m2e0SR7auVvs9eLt5cZ7ToaDvH3vnIJcHpC',
    'l0Lr7UzSxOoWT05D4o3t/expBqa/9D2urOsJ6XD1GQzcSjhzTagLw+GA702DqvtGtRd1vctl3MHFK1EZdzMYq5p0/Jhn',
    'juayNIWnqgtDP8V9JObwDfAVUNb3n2F1X0i5gVdAme+GFExxIHdM9kjpmHS+QRHvRm815K5sOPOfN5aHh8Ne49vAwwPs',
    'QDSWu0nb+K53fPy4UkpjXT7yrUeYQEdaacsK5k6/ofburXkeUuBrdO3+xjPXVIgNjHttHQUH4jsvUOZcRwfJ+Z53PQXz',
    'FocrduAq36Q3cB9EH58wdKpVwnjOs53PgYQzr0kHZ/6VEYY9zVG6LSf8SHM3GXjeg6DMn+rBgsDtOOtcRMJwYJMPxNdF',
    'z/o3zV70VqO4+4obBoiNKO3gEt8n1k3LTaGaBjWgzA3YojRQi2VRSvR+Klcwf1YRLqfXnz7O/nRPJO9N/3z4SkXZy32l',
    'qBxC9E8HX/XVauWM+J9qSyGlsk7DJwq6x0FvKmU+QrQ39l/I2fnDKQoAAA==',
  ].join('');
