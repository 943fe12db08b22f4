// Runs once, before all tests: says how the long suites run, and gives Node a folder for what it
// compiles. Tests start hundreds of processes that would each compile the same sources again.

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
