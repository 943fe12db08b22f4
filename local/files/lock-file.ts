// A lock file: two processes on one set of files would corrupt them. It holds the id and the start
// time of the process: ids are reused, and a service in a restarted container often gets its old
// id. After a crash the file remains, and the next process takes it over.

import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/**
 * A process's start time in clock ticks (proc(5), field 22): no two processes share id and start
 * time. Null on systems without /proc; there the id alone is compared.
 */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may contain spaces and brackets; it ends at the last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Returns true when it creates the file, false when the file exists. */
async function createLockFile(path: string): Promise<boolean> {
  try {
    const own = [process.pid, startTimeOf(process.pid)].filter((part) => part !== null);
    await writeFile(path, own.join(' '), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Signal 0 only checks. EPERM means that the process exists and belongs to another user. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** The running process that the lock file names; null when there is none. */
function holderOf(text: string): number | null {
  const [, id = '', recorded] = /^(\d+)(?: (\w+))?$/.exec(text) ?? [];
  const pid = Number(id);
  if (pid === 0 || !isRunning(pid)) return null;
  const actual = startTimeOf(pid);
  return recorded === undefined || actual === null || recorded === actual ? pid : null;
}

/**
 * Takes the lock and returns the function that releases it. Throws when a running process, also
 * this one, holds it. A file without a process id is the rest of a crash and is taken over.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  if (!(await createLockFile(path))) {
    const holder = holderOf(await readFile(path, 'utf8'));
    if (holder !== null) throw lockedError(path, `process ${holder}`);
    await rm(path, { force: true });
    if (!(await createLockFile(path))) throw lockedError(path, 'a process that just started');
  }
  return () => rm(path, { force: true });
}

function lockedError(path: string, holder: string): Error {
  const hint = 'stop it, or remove the file if that is another program';
  return new Error(`${path} is held by ${holder}: ${hint}`);
}
