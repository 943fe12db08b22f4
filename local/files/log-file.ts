// The service's log: one line of JSON for each thing that failed. It is bounded: a start that finds
// it long sets it aside, in place of the one that was set aside before.

import { appendFileSync, renameSync, statSync } from 'node:fs';
import type { LogLine } from '../../shared/app/runtime.ts';

/** Some 50,000 lines: days of trouble. */
const MAX_BYTES = 10_000_000;

/** Opens the log in a file, which is made with its first line. The one before is in `<path>.1`. */
export function openLog(path: string): (line: LogLine) => void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) renameSync(path, `${path}.1`);
  return (line) =>
    appendFileSync(path, `${JSON.stringify({ at: new Date(), ...line })}\n`, { mode: 0o600 });
}
