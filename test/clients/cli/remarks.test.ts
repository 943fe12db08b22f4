// The progress of a wait, on a terminal and in a pipe.

import { describe, expect, it } from 'vitest';
import { createRemarks } from '../../../clients/cli/remarks.ts';
import { anEvent } from '../builders.ts';

function written(stream: { readonly isTTY?: boolean; readonly columns?: number }) {
  const texts: string[] = [];
  const write = (text: string) => texts.push(text);
  return { texts, remarks: createRemarks({ ...stream, write }) };
}

const LINE = '2026-11-21 12:00:01Z  lease-active        ready';
const event = anEvent(1, 'lease-active', 'ready');

describe('progress', () => {
  it('is a line for each event when the output is not a terminal', () => {
    const { texts, remarks } = written({});
    remarks.progress(event);
    remarks.close();
    expect(texts).toEqual([`${LINE}\n`]);
  });

  it('stays on one line of a terminal, which is cleared before other output', () => {
    const { texts, remarks } = written({ isTTY: true, columns: 30 });
    remarks.progress(event);
    remarks.note('done');
    remarks.close();
    expect(texts).toEqual([`\r\u001b[2K${LINE.slice(0, 29)}`, '\r\u001b[2K', 'done\n']);
  });
});
