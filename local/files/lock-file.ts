// A lock file: two processes on one set of files would corrupt them. It names the process that
// holds it and when that started, for process ids are used again: after a restart of its container
// a service often gets its old one. It outlives a crash; then the next process takes it over.

import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/**
 * When a process started, in the kernel's ticks (proc(5), field 22): no two processes share id and
 * start. Null where the system doesn't tell, and then the id alone has to do.
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // A command's name may hold spaces and brackets; it ends with the last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** True when the file was made; false when there is one already. */
async function made(path: string): Promise<boolean> {
  try {
    const own = [process.pid, startOf(process.pid)].filter((part) => part !== null);
    await writeFile(path, own.join(' '), { flag: 'wx' });
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

/** The living process that a lock file names; null when there is none. */
function holderOf(text: string): number | null {
  const [, id = '', started] = /^(\d+)(?: (\w+))?$/.exec(text) ?? [];
  const pid = Number(id);
  if (pid === 0 || !lives(pid)) return null;
  const start = startOf(pid);
  return started === undefined || start === null || started === start ? pid : null;
}

/**
 * Takes the lock and returns what gives it back. Throws when a living process holds it, this one
 * included. A file without a process id was torn by a crash and counts as left behind.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  if (!(await made(path))) {
    const holder = holderOf(await readFile(path, 'utf8'));
    if (holder !== null) throw held(path, String(holder));
    await rm(path, { force: true });
    if (!(await made(path))) throw held(path, 'that was just faster');
  }
  return () => rm(path, { force: true });
}

function held(path: string, holder: string): Error {
  const hint = 'end it, or remove the file if that process is something else';
  return new Error(`${path} is held by process ${holder}: ${hint}`);
}
