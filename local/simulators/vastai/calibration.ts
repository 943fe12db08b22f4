// The distributions of the seeded market: shares and quantiles of recorded markets, never recorded
// rows. All come from public marketplace data: GPU mix and prices per GPU of 2025-12-07 (free
// verified machines); countries, GPU counts and bid ratios of 2026-06-07 (the 1,000 cheapest
// verified offers); other host figures from 8 raw rows of 2024 to 2026.

import type { Spread } from '../kit/random.ts';

/** `free` is the model's weight; prices are USD per GPU hour; `ramMb` is usable memory per GPU. */
export type GpuModel = {
  readonly name: string;
  readonly free: number;
  readonly price: Spread;
  readonly ramMb: number;
  readonly computeCap: number;
  readonly dlperf: number;
  readonly tflops: number;
};

type Row = [string, number, number, number, number, number, number, number, number];

// Name, free, price (low, median, high), memory in MB, compute capability x 100, dlperf, TFLOPS.
// Memory and compute capability are the vendors' figures, as drivers report them.
const rows: Row[] = [
  ['RTX 4090', 1864, 0.26, 0.34, 0.435, 24564, 890, 98.6, 82.6],
  ['RTX 5090', 831, 0.34, 0.44, 0.6, 32607, 1200, 203.2, 109.4],
  ['RTX 3090', 677, 0.13, 0.16, 0.24, 24576, 860, 45.2, 35.8],
  ['RTX 3060', 360, 0.05, 0.06, 0.1, 12288, 860, 12.5, 12.4],
  ['H200', 239, 2.01, 2.23, 2.99, 143771, 900, 491.1, 53.5],
  ['RTX PRO 6000 S', 238, 1.33, 2, 2, 97887, 1200, 279.4, 93.6],
  ['L40S', 113, 0.44, 0.6, 0.66, 46068, 890, 95.2, 73.3],
  ['RTX 3080', 104, 0.06, 0.08, 0.12, 10240, 860, 27.4, 29.7],
  ['A100 SXM4', 103, 0.61, 1.08, 1.14, 81920, 800, 131.8, 15.6],
  ['RTX A4000', 103, 0.08, 0.08, 0.15, 16376, 860, 21.6, 20.6],
  ['RTX A6000', 93, 0.365, 0.38, 0.49, 49140, 860, 55.2, 36.1],
  ['RTX 5060 Ti', 91, 0.06, 0.1, 0.14, 16311, 1200, 38.7, 23.7],
  ['RTX 4060 Ti', 79, 0.06, 0.12, 0.195, 16380, 890, 22.9, 21.7],
  ['RTX A5000', 78, 0.19, 0.23, 0.25, 24564, 860, 35.3, 27.5],
  ['RTX PRO 6000 WS', 73, 0.78, 0.88, 1.06, 97887, 1200, 283.6, 119],
  ['H100 SXM', 69, 1.53, 2, 2.13, 81559, 900, 353.9, 53.5],
  ['RTX 3070', 67, 0.04, 0.07, 0.13, 8192, 860, 16.7, 20.3],
  ['RTX 4070S Ti', 53, 0.14, 0.19, 0.19, 16376, 890, 51.8, 42.6],
  ['RTX 5080', 51, 0.13, 0.16, 0.22, 16303, 1200, 84.1, 54.2],
  ['RTX 5070 Ti', 47, 0.1, 0.11, 0.13, 16303, 1200, 76.1, 44.7],
  ['Tesla V100', 44, 0.12, 0.2, 0.22, 32768, 700, 25.7, 12.5],
  ['A40', 34, 0.29, 0.41, 0.6, 46068, 860, 44.2, 29.9],
  ['B200', 27, 2.86, 3.33, 3.88, 183359, 1000, 589, 59.6],
  ['RTX 6000Ada', 23, 0.5, 0.53, 0.63, 49140, 890, 117, 81.4],
  ['H100 NVL', 23, 1.73, 2.13, 2.26, 95830, 900, 377.4, 50.9],
  ['RTX 4080S', 22, 0.13, 0.18, 0.185, 16376, 890, 56.1, 51],
  ['RTX 2080 Ti', 20, 0.06, 0.07, 0.13, 11264, 750, 11, 15.2],
  ['H200 NVL', 17, 1.8, 2.13, 2.19, 143771, 900, 452.6, 48.3],
  ['A100 PCIE', 15, 0.645, 0.73, 0.74, 81920, 800, 127.4, 15.6],
  ['RTX 3090 Ti', 10, 0.16, 0.24, 0.3, 24564, 860, 46.4, 37.5],
];

export const gpuModels: readonly GpuModel[] = rows.map((row) => {
  const [name, free, low, median, high, ramMb, computeCap, dlperf, tflops] = row;
  return { name, free, price: [low, median, high], ramMb, computeCap, dlperf, tflops };
});

/** GPUs per machine, weighted so that offer sizes match the recorded ones (41:28:20:8). */
export const machineSizes: readonly (readonly [gpus: number, weight: number])[] = [
  [1, 63],
  [2, 39],
  [4, 61],
  [8, 41],
];

/** Offers per country. The host chooses the text of the place; it ends with the country code. */
export const places: readonly (readonly [place: string, country: string, weight: number])[] = [
  ['Texas, US', 'US', 90],
  ['California, US', 'US', 89],
  ['Taiwan, TW', 'TW', 29],
  ['Alberta, CA', 'CA', 26],
  ['United Kingdom, GB', 'GB', 25],
  ['Sweden, SE', 'SE', 23],
  [', CN', 'CN', 23],
  ['Norway, NO', 'NO', 17],
  ['Czechia, CZ', 'CZ', 15],
  ['Japan, JP', 'JP', 14],
  ['The Netherlands, NL', 'NL', 14],
  ['Germany, DE', 'DE', 11],
  ['Bulgaria, BG', 'BG', 11],
  ['Hungary, HU', 'HU', 11],
  ['South Korea, KR', 'KR', 11],
  ['Iceland, IS', 'IS', 9],
  ['India, IN', 'IN', 9],
];

/** The minimum bid as a share of the on-demand price. */
export const bidRatio: Spread = [0.44, 0.72, 0.97];
export const reliability: Spread = [0.963, 0.988, 0.9971];
/** USD per GB and month of 720 hours. */
export const storageUsdPerGbMonth: Spread = [0.0667, 0.1333, 0.2667];
/** USD per GB of transfer, either way. */
export const transferUsdPerGb: Spread = [0.0012, 0.0026, 0.0117];
export const diskGb: Spread = [219, 988, 2950];
export const diskMbPerSecond: Spread = [397, 2545, 6116];
export const megabitsPerSecond: Spread = [106, 745, 2834];
export const cpuCoresPerGpu: Spread = [8, 15, 32];
export const directPorts: Spread = [62, 124, 499];
/** How long the host will offer the machine, in days. */
export const daysOffered: Spread = [36, 155, 365];
/** 2,584 of the RTX 4090s were free and 720 of them unverified. */
export const unverifiedShare = 0.28;
/** A guess: the share of listed offers that cannot be rented. */
export const unrentableShare = 0.05;
