// `npm run simulate -- NAME`: whose simulators there are, and that one runs by its name.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { rowOf } from '../../shared/core/base/providers.ts';

const MAIN = fileURLToPath(new URL('../../local/simulate.ts', import.meta.url));

it.each([[[]], [['nobody']]])('asked for %j, it lists the simulators there are', (args) => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain(`one of: ${firstProvider}`);
});

it('runs the one asked for, with the flags that follow', async () => {
  const child = spawn(process.execPath, [MAIN, firstProvider, '--port', '0']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [words] = await once(child.stdout, 'data');
  expect(String(words)).toContain(`A simulated ${rowOf(firstProvider).title}`);
});
