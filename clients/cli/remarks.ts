// What is said beside the result, on standard error: remarks, and the progress of a wait. On a
// terminal the last event stays on one line; elsewhere each event is a line of its own.

import type { LeaseEvent } from '../client/replies.ts';
import { eventLine } from './format.ts';

export type RemarkStream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

const CLEAR_LINE = '\r\u001b[2K';
/** Of a terminal that doesn't tell. */
const USUAL_WIDTH = 80;

/** Remarks on `stream`. Whoever prints elsewhere on the same terminal calls `close` first. */
export function createRemarks(stream: RemarkStream) {
  let open = false;
  const close = (): void => {
    if (open) stream.write(CLEAR_LINE);
    open = false;
  };
  return {
    close,
    note: (text: string): void => {
      close();
      stream.write(`${text}\n`);
    },
    progress: (event: LeaseEvent): void => {
      const line = eventLine(event);
      if (stream.isTTY !== true) {
        stream.write(`${line}\n`);
        return;
      }
      // A line that wraps could not be cleared.
      const room = (stream.columns || USUAL_WIDTH) - 1;
      stream.write(`${CLEAR_LINE}${line.slice(0, room)}`);
      open = true;
    },
  };
}
