// Small files that only their owner can read, such as keys. A file is written in one step. A
// damaged file must never be replaced by a new one.

import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** Writes the file; an older one is replaced in one step. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  await writeFile(unfinished, text, { mode: 0o600, flush: true });
  await rename(unfinished, path);
}

/** The file's text; null when the file does not exist. */
export async function readPrivate(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The file's text. A missing file is created with the text that `create` returns. */
export async function readOrCreate(path: string, create: () => string): Promise<string> {
  const existing = await readPrivate(path);
  if (existing !== null) return existing;
  const text = create();
  await writePrivate(path, text);
  return text;
}
