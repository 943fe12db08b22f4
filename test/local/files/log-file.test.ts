// The service's log keeps the newest lines, and at a start at most twice its size limit.

import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from '../../../local/files/log-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-log-'));
  path = join(folder, 'service.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = { kind: 'step', error: 'StoreDown', message: 'it was full', id: undefined };
const lines = (): readonly string[] => readFileSync(path, 'utf8').trim().split('\n');

it('appends to the log of an earlier start', () => {
  openLog(path)(line);
  openLog(path)(line);
  expect(lines().map((each) => JSON.parse(each))).toMatchObject([
    { kind: 'step', error: 'StoreDown', message: 'it was full' },
    { kind: 'step' },
  ]);
  expect(existsSync(`${path}.1`)).toBe(false);
});

it('renames a long log at a start and replaces the older one', () => {
  writeFileSync(`${path}.1`, 'older');
  writeFileSync(path, 'newer');
  truncateSync(path, 10_000_001);
  openLog(path)(line);
  expect(lines().length).toBe(1);
  expect(readFileSync(`${path}.1`, 'utf8').slice(0, 5)).toBe('newer');
});
