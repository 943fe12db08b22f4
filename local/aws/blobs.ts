// A blob store without AWS: files in a folder, or in memory. A file is written in one step, and a
// key never refers to a path outside the folder.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../shared/core/base/failure.ts';
import { invariant } from '../../shared/core/base/invariant.ts';
import type { BlobStore } from '../../shared/ports/blob-store.ts';

/** Each part starts with a letter or digit, which excludes `..` and absolute paths. */
const KEY = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/;

async function write(path: string, body: Uint8Array): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, body);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function read(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Blobs as files in `folder`, which is created when needed. Throws StoreDown. */
export function createFolderBlobs(folder: string): BlobStore {
  const at = async <Output>(key: string, op: (path: string) => Promise<Output>) => {
    invariant(KEY.test(key), `not a blob key: ${key}`);
    try {
      return await op(join(folder, key));
    } catch (cause) {
      throw new Failure('StoreDown', `blob ${key}: ${String(cause)}`, { cause });
    }
  };
  return {
    put: (key, body) => at(key, (path) => write(path, body)),
    get: (key) => at(key, read),
  };
}

/** Blobs in memory. */
export function createMemoryBlobs(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    put: async (key, body) => {
      blobs.set(key, body);
    },
    get: async (key) => blobs.get(key) ?? null,
  };
}
