// `npm run simulate -- NAME`: it lists the simulators and runs one by its name.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { rowOf } from '../../shared/core/base/providers.ts';

const MAIN = fileURLToPath(new URL('../../local/simulate.ts', import.meta.url));

it.each([[[]], [['unknown']]])('lists the simulators for the arguments %j', (args) => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain(`one of: ${firstProvider}`);
});

it('runs the named simulator with the flags after the name', async () => {
  const child = spawn(process.execPath, [MAIN, firstProvider, '--port', '0']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout, 'data');
  expect(String(printed)).toContain(`A simulated ${rowOf(firstProvider).title}`);
});
