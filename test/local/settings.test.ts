// The settings of a data folder: its keys and its kind of provider never change, and its time runs
// on.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings, openTime } from '../../local/settings.ts';
import { timeAt } from '../../local/workflow/clock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('settings', () => {
  it('are created once and kept', async () => {
    const first = await openSettings(folder, 'simulated');
    expect(first.deployment).toMatch(/^local[0-9a-f]{6}$/);
    expect(await openSettings(folder, 'simulated')).toEqual(first);
  });

  it.each([
    ['simulated', 'real', /leases of simulated instances.*--data/],
    ['real', 'simulated', /leases of real instances.*--data/],
  ] as const)('of %s instances are refused for %s ones', async (before, after, message) => {
    await openSettings(folder, before);
    await expect(openSettings(folder, after)).rejects.toThrow(message);
  });

  it.each(['', '{', '{"market":"simulated"}'])('damaged to %j are not replaced', async (text) => {
    const path = join(folder, 'settings.json');
    await writeFile(path, text);
    await expect(openSettings(folder, 'simulated')).rejects.toThrow(path);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('time', () => {
  const at = (real: number, scale: number) => openTime(join(folder, 'clock.json'), scale, real);

  it('is real time until it is scaled', async () => {
    expect(timeAt(await at(1_000, 1), 5_000)).toBe(5_000);
  });

  it('runs on at its scale while the service is down', async () => {
    await at(1_000, 300);
    expect(timeAt(await at(3_000, 300), 3_000)).toBe(1_000 + 2_000 * 300);
  });

  it('continues from its current value when the scale changes', async () => {
    await at(1_000, 300);
    const slower = await at(2_000, 10);
    expect(timeAt(slower, 2_000)).toBe(301_000);
    expect(timeAt(await at(3_000, 10), 3_000)).toBe(311_000);
  });
});
