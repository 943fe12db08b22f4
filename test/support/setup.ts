// Runs once before all tests: it prints how the long suites run, and gives Node a compile cache.
// Tests start hundreds of processes, which would otherwise each compile the same sources.

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
