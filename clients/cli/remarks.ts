// Writes remarks and the progress of a wait to standard error. On a terminal, each event replaces
// the previous one on the same line; otherwise each event is a new line.

import type { LeaseEvent } from '../client/replies.ts';
import { eventLine } from './format.ts';

export type RemarkStream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

const CLEAR_LINE = '\r\u001b[2K';
/** For a terminal that doesn't report its width. */
const USUAL_WIDTH = 80;

/** Remarks on `stream`. Call `close` before printing to the same terminal by another stream. */
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
      // CLEAR_LINE can't clear a line that wraps.
      const room = (stream.columns || USUAL_WIDTH) - 1;
      stream.write(`${CLEAR_LINE}${line.slice(0, room)}`);
      open = true;
    },
  };
}
