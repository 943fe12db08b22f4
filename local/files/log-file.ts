// The service's log: one line of JSON per failure. At a start, a log above the size limit is
// renamed to `<path>.1` and replaces the older one there.

import { appendFileSync, renameSync, statSync } from 'node:fs';
import type { LogLine } from '../../shared/ports/log.ts';

/** About 50,000 lines. */
const MAX_BYTES = 10_000_000;

/** Opens the log. The first line creates the file. */
export function openLog(path: string): (line: LogLine) => void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) renameSync(path, `${path}.1`);
  return (line) =>
    appendFileSync(path, `${JSON.stringify({ at: new Date(), ...line })}\n`, { mode: 0o600 });
}
