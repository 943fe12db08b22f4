// The client in a browser: its bundle needs no module of Node.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import type { createClient } from '../../../clients/client/client.ts';
import { REPLIES } from '../replies.ts';

const ENTRY = new URL('../../../clients/client/client.ts', import.meta.url).pathname;

/** Fails when the bundle imports a module of Node. Node's globals are undefined in the bundle. */
async function bundleForBrowsers(): Promise<{ createClient: typeof createClient }> {
  const folder = await mkdtemp(join(tmpdir(), 'gpu-shopper-browser-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'client.mjs');
  await build({
    ...{ entryPoints: [ENTRY], bundle: true, outfile, logLevel: 'silent' },
    ...{ platform: 'browser', format: 'esm' },
    define: { process: 'undefined', Buffer: 'undefined', require: 'undefined' },
  });
  return import(outfile);
}

it('signs a request and parses its reply without modules of Node', async () => {
  const bundle = await bundleForBrowsers();
  const asked: Request[] = [];
  const client = bundle.createClient({
    endpoint: 'https://api.example',
    region: 'us-east-1',
    credentials: async () => ({ accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }),
    fetch: async (url, init) => {
      asked.push(new Request(url, init));
      return new Response(JSON.stringify(REPLIES.requestLease));
    },
  });
  const sshPublicKey = `ssh-ed25519 ${'A'.repeat(68)}`;
  expect(await client.requestLease({ sshPublicKey })).toEqual(REPLIES.requestLease);
  expect(asked.map(({ url }) => url)).toEqual(['https://api.example/v1/leases']);
  expect(asked[0]?.headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIATEST/);
  expect(asked[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
});
