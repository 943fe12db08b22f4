// Which reported GPUs contradict the offer.

import { describe, expect, it } from 'vitest';
import { gpuMismatch } from '../../../../shared/core/instance/gpu-match.ts';

const offer = { gpuName: 'RTX 4090', gpuCount: 2, vramGb: 24 };
const facts = { sshHostKey: null, gpuName: 'NVIDIA GeForce RTX 4090', gpuCount: 2, driver: null };
const withMemory = (...mb: (number | null)[]) => ({
  gpus: mb.map((each): [number, number, number | null, number, number] => [0, 1, each, 30, 20]),
  ...{ processes: 1, rxBytes: 0, txBytes: 0, networkKbps: 0, uptimeSeconds: 1, jobId: '' },
});

describe('GPUs as offered', () => {
  it.each([
    // The market's name, and the driver's.
    ['RTX 4090', 'NVIDIA GeForce RTX 4090'],
    ['RTX 4070S Ti', 'NVIDIA GeForce RTX 4070 Ti SUPER'],
    ['RTX 4080S', 'NVIDIA GeForce RTX 4080 SUPER'],
    ['RTX 2080 Ti', 'NVIDIA GeForce RTX 2080 Ti'],
    ['RTX 6000Ada', 'NVIDIA RTX 6000 Ada Generation'],
    ['RTX A6000', 'NVIDIA RTX A6000'],
    ['RTX PRO 6000 S', 'NVIDIA RTX PRO 6000 Blackwell Server Edition'],
    ['H100 SXM', 'NVIDIA H100 80GB HBM3'],
    ['A100 PCIE', 'NVIDIA A100 80GB PCIe'],
    ['A100 SXM4', 'NVIDIA A100-SXM4-80GB'],
    ['L40S', 'NVIDIA L40S'],
    ['Tesla V100', 'Tesla V100-SXM2-32GB'],
    ['Titan RTX', 'NVIDIA TITAN RTX'],
  ])('are %s for the name %s', (gpuName, reported) => {
    const named = { ...facts, gpuName: reported };
    expect(gpuMismatch({ ...offer, gpuName }, named, null)).toBeNull();
  });

  it('may report a little less memory than the card is sold with, or none', () => {
    expect(gpuMismatch(offer, facts, withMemory(24_564, 24_564))).toBeNull();
    expect(gpuMismatch({ ...offer, vramGb: 48 }, facts, withMemory(46_068))).toBeNull();
    expect(gpuMismatch(offer, facts, withMemory(null))).toBeNull();
    expect(gpuMismatch(offer, facts, null)).toBeNull();
  });

  it('are unknown, not wrong, on an instance without an agent', () => {
    expect(gpuMismatch(offer, null, null)).toBeNull();
  });
});

describe('other GPUs than offered', () => {
  it.each([
    ['another model', { gpuName: 'NVIDIA GeForce RTX 3090' }, 'RTX 3090'],
    ['a smaller variant', { gpuName: 'NVIDIA GeForce RTX 4090 Ti' }, '4090 Ti'],
    ['fewer GPUs', { gpuCount: 1 }, '1 GPUs; the offer has 2'],
    ['no working nvidia-smi', { gpuCount: null, gpuName: null }, 'nvidia-smi'],
  ])('are %s', (_, change, why) => {
    expect(gpuMismatch(offer, { ...facts, ...change }, null)).toContain(why);
  });

  it('are GPUs with less memory', () => {
    expect(gpuMismatch(offer, facts, withMemory(24_564, 12_288))).toContain('12288 MB');
  });
});
