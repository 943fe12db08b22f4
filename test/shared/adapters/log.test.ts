// The log of a deployed function: which fields reach a line, and which never do.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '../../../shared/adapters/log.ts';

let written = '';
beforeEach(() => {
  written = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
  }
});
afterEach(() => void vi.restoreAllMocks());

const line = { kind: 'step', error: 'StoreDown', message: 'DynamoDB: no answer', id: 'a-lease' };
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

it('writes a failure as one line of JSON, with its request', () => {
  createLog()({ ...line, requestId: 'a-request' });
  expect(written).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(written)).toEqual({
    ...{ level: 'ERROR', timestamp },
    ...line,
    requestId: 'a-request',
  });
});

it('writes a line without an error at level INFO, without the fields that are missing', () => {
  createLog()({ kind: 'sweep', error: undefined, message: '3 instances', id: undefined });
  const { level, ...fields } = JSON.parse(written);
  expect(level).toBe('INFO');
  expect(fields).toEqual({ timestamp, kind: 'sweep', message: '3 instances' });
});

it('writes no other field, whatever a line brings along', () => {
  const secret = 'a-secret-key';
  const extra = { env: { TOKEN: secret }, event: secret, cause: new Error(secret), token: secret };
  createLog()({ ...line, ...extra });
  expect(written).not.toContain(secret);
  expect(JSON.parse(written)).toEqual({ level: 'ERROR', timestamp, ...line });
});

it('writes no field that is not text, such as an error with its stack', () => {
  const hidden = new Error('a-secret-key');
  createLog()({ ...line, id: Object(hidden) });
  expect(written).not.toContain('a-secret-key');
});
