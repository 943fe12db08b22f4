// Measures the size of the deployed functions, and their cold start relative to a bundle of only
// the DynamoDB client: import and first call, in new processes, in one run.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { BUNDLING, bundleFunctions } from '../infra/bundle.ts';
import { FUNCTION_NAMES } from '../infra/function-list.ts';
import { openColdStarts } from './cold-start.ts';
import { atMost, type Row } from './row.ts';

const HEARTBEATS = 'api-heartbeats';
const API_NAMES = FUNCTION_NAMES.filter((name) => name.startsWith('api-'));

/** Starts per variant. The fastest one counts, since noise only adds time. */
const ROUNDS = 15;

/** A minimal function that reads one item, with the SDK's default credential chain. */
const BARE = `
  import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const Key = { pk: 'LEASE#aaaaaaaaaaaaaaaaaaaa', sk: 'META' };
  export const handler = async () => {
    await client.send(new GetCommand({ TableName: 'leases', Key, ConsistentRead: true }));
    return { statusCode: 200 };
  };
`;

function bundleBare(folder: string): string {
  const outfile = join(folder, 'bare.mjs');
  const stdin = { contents: BARE, resolveDir: import.meta.dirname };
  buildSync({ ...BUNDLING, outExtension: {}, stdin, outfile });
  return outfile;
}

function sizeRows(folder: string): readonly Row[] {
  const kilobytes = (name: string) =>
    Math.round(statSync(join(folder, name, 'index.mjs')).size / 100) / 10;
  const others = API_NAMES.filter((name) => name !== HEARTBEATS);
  return [
    atMost(460, { name: 'bundle-api', value: Math.max(...others.map(kilobytes)), unit: 'KB' }),
    atMost(340, { name: 'bundle-heartbeat', value: kilobytes(HEARTBEATS), unit: 'KB' }),
  ];
}

async function importRows(folder: string): Promise<readonly Row[]> {
  const bundles = {
    bare: bundleBare(folder),
    readLease: join(folder, 'api-leases/index.mjs'),
    recordHeartbeat: join(folder, 'api-heartbeats/index.mjs'),
  };
  const starts = await openColdStarts();
  try {
    const best = await starts.fastest(bundles, ROUNDS);
    const ratio = (ms: number) => Math.round((100 * ms) / best.bare) / 100;
    return [
      atMost(1.3, { name: 'import-api', value: ratio(best.readLease), unit: 'x bare' }),
      atMost(1.1, { name: 'import-heartbeat', value: ratio(best.recordHeartbeat), unit: 'x bare' }),
    ];
  } finally {
    await starts.close();
  }
}

/** Runs `measure` on the bundles of all API functions, in a folder that is removed afterwards. */
async function onBundles(measure: (folder: string) => Promise<readonly Row[]>) {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-bundles-'));
  try {
    bundleFunctions(API_NAMES, folder);
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const bundleRows = () => onBundles(async (folder) => sizeRows(folder));
export const coldStartRows = () => onBundles(importRows);
