// Small files that only their owner may read, such as keys. One is made once and then kept: it
// appears whole or not at all, and must never be replaced by a fresh one when it is damaged.

import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** Writes the file, replacing an older one in one go. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  await writeFile(unfinished, text, { mode: 0o600, flush: true });
  await rename(unfinished, path);
}

/** The file's text; null when there is no such file. */
export async function readPrivate(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The file's text; the first time it is what `make` returns, and kept. */
export async function keptText(path: string, make: () => string): Promise<string> {
  const kept = await readPrivate(path);
  if (kept !== null) return kept;
  const text = make();
  await writePrivate(path, text);
  return text;
}
