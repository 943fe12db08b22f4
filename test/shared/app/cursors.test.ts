// The key of cursors: required where lists are served, read from its secret where there is one.

import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '../../../shared/app/config.ts';
import { openCursors } from '../../../shared/app/cursors.ts';
import type { Runtime } from '../../../shared/app/runtime.ts';
import { aConsumer, at } from '../../support/builders/base.ts';
import { ok, startAwsWire } from '../adapters/aws-wire.ts';

afterEach(() => void vi.unstubAllEnvs());

const KEY = 'c5'.repeat(32);
const owner = { route: 'listLeases', consumer: aConsumer };

function runtimeIn(variables: Readonly<Record<string, string>>): Runtime {
  const environment = { GPU_SHOPPER_DEPLOYMENT_ID: 'test', ...variables };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return {
    config: readConfig(),
    clock: { now: () => at('12:00') },
    log: () => undefined,
    count: () => undefined,
    pause: async () => undefined,
    endAfter: (_budget, work) => work(),
    every: () => () => undefined,
  };
}

it('is read from its secret, so that every process reads the cursors of all others', async () => {
  await using wire = await startAwsWire(ok({ SecretString: KEY }));
  const deployed = runtimeIn({
    ...{ AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'test-key' },
    ...{ AWS_ENDPOINT_URL: wire.endpoint, GPU_SHOPPER_CURSOR_KEY_SECRET_ARN: 'arn:cursors' },
  });
  const written = (await openCursors(deployed)(owner)).write({ seq: 7 });
  expect(wire.calls.map(({ target }) => target)).toEqual(['secretsmanager.GetSecretValue']);
  vi.unstubAllEnvs();
  const local = runtimeIn({ GPU_SHOPPER_CURSOR_KEY: KEY });
  expect((await openCursors(local)(owner)).write({ seq: 7 })).toBe(written);
});

it('is named when it is missing', async () => {
  await expect(openCursors(runtimeIn({}))(owner)).rejects.toMatchObject({
    name: 'BadConfig',
    field: 'GPU_SHOPPER_CURSOR_KEY',
  });
});
