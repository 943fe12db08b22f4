// The bundles as they are deployed: each stands by itself, and holds what it uses of the AWS SDK.

import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { FUNCTION_NAMES } from '../../infra/function-list.ts';
import { gatewayEvent } from '../../local/aws/gateway.ts';
import { routes } from '../../shared/api/contract/contract.ts';
import { startAwsWire } from '../shared/adapters/aws-wire.ts';
import { aConsumer, aLeaseId } from '../support/builders/base.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-bundle-test-'));
let metafile: Metafile;
beforeAll(() => {
  metafile = bundleFunctions(FUNCTION_NAMES, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the bundles', () => {
  it('are one for each function', () => {
    const found = globSync('**/index.mjs', { cwd: folder });
    expect(found.map((path) => path.replace(/\/index\.mjs$/, '')).toSorted()).toEqual(
      FUNCTION_NAMES.toSorted(),
    );
  });

  it('import nothing but what Node has built in, and require nothing', () => {
    for (const [path, { imports }] of Object.entries(metafile.outputs)) {
      const paths = imports.map((each) => each.path);
      expect(paths.filter((each) => !each.startsWith('node:'))).toEqual([]);
      expect(paths).toContain('node:https');
      // What esbuild leaves behind where CommonJS asks for a module.
      expect(readFileSync(join(ROOT, path), 'utf8')).not.toContain('Dynamic require of');
    }
  });

  it('hold nothing of the SDK that looks for credentials, and no event streams', () => {
    const inputs = Object.keys(metafile.inputs);
    const weights = /credential-provider|nested-clients|token-providers|event-?streams\//;
    expect(inputs.filter((input) => weights.test(input))).toEqual([]);
    expect(inputs).toContain('shared/app/lambda-credentials.ts');
  });

  it('hold no schema of a reply: functions write replies, and only clients parse them', () => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('shared/api/contract/lease.ts');
    expect(inputs.filter((input) => input.includes('/replies/'))).toEqual([]);
  });
});

describe('a bundle', () => {
  it('holds no store and no provider that its function uses nothing of', () => {
    const outputs = Object.entries(metafile.outputs);
    const [, output] = outputs.find(([path]) => path.endsWith('api-leases/index.mjs')) ?? [];
    const inputs = Object.keys(output?.inputs ?? {});
    expect(inputs).toContain('shared/adapters/dynamodb/lease/lease-store.ts');
    expect(
      inputs.filter((path) => /menu-store|sweep-store|providers\/\w+\/wire/.test(path)),
    ).toEqual([]);
  });

  it.each(
    [...Map.groupBy(Object.values(routes), ({ handledBy }) => handledBy)].map(
      ([name, served]) => [name, served.map(({ method, path }) => `${method} ${path}`)] as const,
    ),
  )('of %s holds the schemas of its own routes alone', (name, keys) => {
    const text = readFileSync(join(folder, name, 'index.mjs'), 'utf8');
    const held = Object.values(routes).filter(({ method, path }) =>
      text.includes(`method:"${method}",path:"${path}"`),
    );
    expect(new Set(held.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(keys));
  });

  afterEach(() => void vi.unstubAllEnvs());

  /** One call of a bundled handler; what it sent to DynamoDB, and its status. */
  async function calling(functionName: string | undefined) {
    await using wire = await startAwsWire();
    const environment = {
      GPU_SHOPPER_DEPLOYMENT_ID: 'test',
      AWS_ENDPOINT_URL_DYNAMODB: wire.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: functionName,
      AWS_ACCESS_KEY_ID: 'AKIDFUNCTION',
      AWS_SECRET_ACCESS_KEY: 'a-key',
      AWS_SESSION_TOKEN: 'a-token',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const bundle = pathToFileURL(join(folder, 'api-leases/index.mjs'));
    // A module of its own each time, as in a process of its own.
    const { handler } = await import(`${bundle.href}?${functionName}`);
    const userArn = `arn:aws:sts::${aConsumer.replace('/', ':assumed-role/')}/run-1`;
    const event = gatewayEvent('readLease', { userArn, params: { id: aLeaseId() } }, 'test');
    const { statusCode } = await handler(event, { functionName });
    return { calls: wire.calls, statusCode };
  }

  it('signs its calls with the credentials of its function', async () => {
    const { calls, statusCode } = await calling('a-function');
    expect(statusCode).toBe(404);
    expect(calls).toMatchObject([
      {
        target: 'DynamoDB_20120810.GetItem',
        authorization: expect.stringContaining('Credential=AKIDFUNCTION/'),
        headers: { 'x-amz-security-token': 'a-token' },
      },
    ]);
  });

  it('sends nothing outside Lambda', async () => {
    const { calls, statusCode } = await calling(undefined);
    expect(statusCode).toBe(503);
    expect(calls).toEqual([]);
  });
});
