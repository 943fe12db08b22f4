// Runs once, before all tests: says what becomes of the long suites. Node keeps what it compiled in
// a folder of this run: tests start hundreds of processes, and without it each of them would compile
// the same sources again.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announcement } from './long.ts';

export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-compiled-'));
  process.env['NODE_COMPILE_CACHE'] = folder;
  process.stdout.write(`${announcement().join('\n')}\n`);
  return () => rmSync(folder, { recursive: true, force: true });
}
