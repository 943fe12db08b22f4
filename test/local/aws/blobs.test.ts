// Blobs without AWS: complete files, inside their folder.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolderBlobs, createMemoryBlobs } from '../../../local/aws/blobs.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobs-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const body = new Uint8Array([1, 2, 255]);

describe.each([
  ['in a folder', () => createFolderBlobs(join(folder, 'blobs'))],
  ['in memory', () => createMemoryBlobs()],
])('blobs %s', (_where, open) => {
  it('are read with the bytes that were written', async () => {
    const blobs = open();
    expect(await blobs.get('snapshots/vastai/1')).toBeNull();
    await blobs.put('snapshots/vastai/1', body);
    expect(new Uint8Array((await blobs.get('snapshots/vastai/1')) ?? [])).toEqual(body);
  });
});

describe('a folder of blobs', () => {
  it('holds no temporary file after concurrent writes of one key', async () => {
    const blobs = createFolderBlobs(join(folder, 'whole'));
    const large = new Uint8Array(100_000).fill(7);
    await Promise.all(Array.from({ length: 10 }, () => blobs.put('one', large)));
    expect(await readdir(join(folder, 'whole'))).toEqual(['one']);
    expect((await blobs.get('one'))?.length).toBe(100_000);
  });

  it.each(['../a', 'a/../../b', '/etc/passwd', 'a//b', '.hidden', ''])(
    'refuses the key "%s"',
    async (key) => {
      const blobs = createFolderBlobs(join(folder, 'closed'));
      await expect(blobs.put(key, body)).rejects.toThrow('not a blob key');
      await expect(blobs.get(key)).rejects.toThrow('not a blob key');
    },
  );

  it('throws StoreDown when the disk fails', async () => {
    await writeFile(join(folder, 'file'), '');
    const blobs = createFolderBlobs(join(folder, 'file'));
    await expect(blobs.put('a', body)).rejects.toHaveProperty('name', 'StoreDown');
    await expect(blobs.get('a')).rejects.toHaveProperty('name', 'StoreDown');
  });
});
