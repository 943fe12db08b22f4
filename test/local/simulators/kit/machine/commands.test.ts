// The commands of a rented machine: the nvidia-smi queries of scripts, and the error of any other
// command.

import { describe, expect, it } from 'vitest';
import { runLine } from '../../../../../local/simulators/kit/machine/commands.ts';

const gpus = { model: 'H100 SXM', count: 2, ramMb: 81_559, driver: '570.124.04', cuda: '12.8' };
const host = { name: 'C.7', gpus };
const run = (line: string) => runLine(line, host);

describe('nvidia-smi', () => {
  const every = [
    ...['name', 'memory.total', 'memory.used', 'utilization.gpu'],
    ...['temperature.gpu', 'power.draw', 'driver_version'],
  ];

  it.each([
    [
      'csv',
      `${every.join(', ')}`
        .replace('memory.total', 'memory.total [MiB]')
        .replace('memory.used', 'memory.used [MiB]')
        .replace('utilization.gpu', 'utilization.gpu [%]')
        .replace('power.draw', 'power.draw [W]'),
    ],
    ['csv,noheader', 'NVIDIA H100 SXM, 81559 MiB, 1 MiB, 0 %, 31, 18.00 W, 570.124.04'],
    ['csv,noheader,nounits', 'NVIDIA H100 SXM, 81559, 1, 0, 31, 18.00, 570.124.04'],
  ])('answers a query as %s', (format, first) => {
    const { out, code } = run(`nvidia-smi --query-gpu=${every.join(',')} --format=${format}`);
    const lines = out.trimEnd().split('\n');
    expect([code, lines[0]]).toEqual([0, first]);
    expect(lines.filter((line) => line.startsWith('NVIDIA'))).toHaveLength(2);
  });

  it('shows a table with lines of equal width and a block per GPU', () => {
    const lines = run('nvidia-smi').out.trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([91]));
    expect(lines.filter((line) => line.includes('NVIDIA H100 SXM'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('1MiB /  81559MiB'))).toHaveLength(2);
  });

  it('names GPU models as drivers do', () => {
    const named = (model: string) => {
      const query = 'nvidia-smi --query-gpu=name --format=csv,noheader';
      return runLine(query, { ...host, gpus: { ...gpus, model, count: 1 } }).out.trim();
    };
    expect(['RTX 4090', 'RTX A6000', 'Tesla V100'].map(named)).toEqual([
      ...['NVIDIA GeForce RTX 4090', 'NVIDIA RTX A6000', 'Tesla V100'],
    ]);
  });

  it.each([
    'nvidia-smi --query-gpu=name,colour --format=csv',
    'nvidia-smi --query-gpu=name',
    'nvidia-smi --query-gpu=name --format=json',
    'nvidia-smi -q',
  ])('refuses %s with 2', (line) => {
    expect(run(line).code).toBe(2);
  });
});

describe('a line', () => {
  it.each([
    ['echo a "b  c" \'d e\'', { out: 'a b  c d e\n', code: 0, ends: false }],
    ['hostname', { out: 'C.7\n' }],
    ['whoami', { out: 'root\n' }],
    ['', { out: '', err: '', code: 0, ends: false }],
    ['exit', { code: 0, ends: true }],
    ['exit 259', { code: 3, ends: true }],
    ['ls -l', { err: 'ls: command not found\n', code: 127 }],
    ['constructor', { code: 127 }],
  ])('%s is answered as by a shell', (line, expected) => {
    expect(run(line)).toMatchObject(expected);
  });
});
