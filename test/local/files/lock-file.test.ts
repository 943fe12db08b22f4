// The lock file: a running process holds it; a process whose id was reused does not.

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

/** No process has this id: the largest is 4,194,304 (proc(5), pid_max). */
const UNUSED_ID = 4_194_305;

describe('a lock', () => {
  it('is held by the process that took it until it is released', async () => {
    const unlock = await takeLock(path);
    await expect(takeLock(path)).rejects.toThrow(`held by process ${process.pid}`);
    await unlock();
    await (await takeLock(path))();
  });

  it.each(['', 'torn', '0', String(UNUSED_ID), `${UNUSED_ID} 1`])(
    'is taken over when the file contains %j',
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
  ])('is taken over from an earlier process with the id of %s', async (_, pid) => {
    writeFileSync(path, `${pid} 1`);
    await (await takeLock(path))();
  });

  it('is held by a running process without a recorded start time', async () => {
    writeFileSync(path, String(process.ppid));
    await expect(takeLock(path)).rejects.toThrow(`held by process ${process.ppid}`);
  });
});
