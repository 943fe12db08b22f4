// What a data folder keeps: keys and provider for good, and time that runs on.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings, openTime, timeAt } from '../../local/settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('settings', () => {
  it('are drawn once and kept', async () => {
    const first = await openSettings(folder, 'simulator');
    expect(first.deployment).toMatch(/^local[0-9a-f]{6}$/);
    expect(await openSettings(folder, 'simulator')).toEqual(first);
  });

  it.each([
    ['simulator', 'vastai', /simulated machines.*--data/],
    ['vastai', 'simulator', /real machines at Vast\.ai.*--data/],
  ] as const)('of %s are never used for %s', async (before, after, words) => {
    await openSettings(folder, before);
    await expect(openSettings(folder, after)).rejects.toThrow(words);
  });

  it.each(['', '{', '{"provider":"simulator"}'])('damaged to %j are not replaced', async (text) => {
    const path = join(folder, 'settings.json');
    await writeFile(path, text);
    await expect(openSettings(folder, 'simulator')).rejects.toThrow(path);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('time', () => {
  const at = (real: number, scale: number) => openTime(join(folder, 'clock.json'), scale, real);

  it('is real time until it is scaled', async () => {
    expect(timeAt(await at(1_000, 1), 5_000)).toBe(5_000);
  });

  it('runs on while the service is down, as fast as before', async () => {
    await at(1_000, 300);
    expect(timeAt(await at(3_000, 300), 3_000)).toBe(1_000 + 2_000 * 300);
  });

  it('goes on from where it stands when its scale changes', async () => {
    await at(1_000, 300);
    const slower = await at(2_000, 10);
    expect(timeAt(slower, 2_000)).toBe(301_000);
    expect(timeAt(await at(3_000, 10), 3_000)).toBe(311_000);
  });
});
