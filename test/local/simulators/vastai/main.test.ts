// The simulator as a process of its own: it says where it is and goes when its parent does.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { asRows } from './support.ts';

const MAIN = fileURLToPath(new URL('../../../../local/simulators/vastai/main.ts', import.meta.url));

it('prints its address, serves, and ends with its parent', async () => {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--seed', '3'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const address = String(line).trim();
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${address}/api/v0/bundles/`, { method: 'POST' });
  const { offers } = Object(await response.json());
  expect(asRows(offers)).toHaveLength(64);
  const exited = once(child, 'exit');
  child.stdin.end();
  expect(await exited).toEqual([0, null]);
});
