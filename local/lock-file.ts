// A lock file: two processes on one set of files would corrupt them. It names the process that
// holds it, and outlives one that crashed; then the next process takes it over.

import { readFile, rm, writeFile } from 'node:fs/promises';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** True when the file was made; false when there is one already. */
async function made(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Signal 0 only asks. A process of another user may not be asked, so it lives. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Takes the lock and returns what gives it back. Throws when a living process holds it, this one
 * included. A file without a process id was torn by a crash and counts as left behind.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  if (!(await made(path))) {
    const holder = Number.parseInt(await readFile(path, 'utf8'), 10);
    if (holder > 0 && lives(holder)) throw held(path, String(holder));
    await rm(path, { force: true });
    if (!(await made(path))) throw held(path, 'that was just faster');
  }
  return () => rm(path, { force: true });
}

function held(path: string, holder: string): Error {
  const hint = 'end it, or remove the file if that process is something else';
  return new Error(`${path} is held by process ${holder}: ${hint}`);
}
