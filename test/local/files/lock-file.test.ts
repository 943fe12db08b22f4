// Who holds a set of files: a living process does, and nobody whose id was used again does.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../local/files/lock-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** No process can have it: ids end at 4,194,304 (proc(5), pid_max). */
const NOBODY = 4_194_305;

describe('a lock', () => {
  it('is held by the process that took it, until it is given back', async () => {
    const unlock = await takeLock(path);
    await expect(takeLock(path)).rejects.toThrow(`held by process ${process.pid}`);
    await unlock();
    await (await takeLock(path))();
  });

  it.each(['', 'torn', '0', String(NOBODY), `${NOBODY} 1`])(
    'is left behind with %j',
    async (text) => {
      writeFileSync(path, text);
      const unlock = await takeLock(path);
      expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
      await unlock();
    },
  );

  it.each([
    ['this process', process.pid],
    ['another one', process.ppid],
  ])('is left behind by an earlier process that had the id of %s', async (_, pid) => {
    writeFileSync(path, `${pid} 1`);
    await (await takeLock(path))();
  });

  it('is held by a living process that did not say when it started', async () => {
    writeFileSync(path, String(process.ppid));
    await expect(takeLock(path)).rejects.toThrow(`held by process ${process.ppid}`);
  });
});
