// kill -9 in the middle of a step: the service restarts on the same folder and continues with its
// tokens and deadlines, and the lease still ends with no instance alive and a balanced ledger. A
// real process is killed; its market runs in this process and survives.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryBlobs } from '../../local/aws/blobs.ts';
import { openDatabase } from '../../local/aws/database.ts';
import { audit } from '../../local/demo/audit.ts';
import { createService } from '../../local/service.ts';
import { createSimulator } from '../../local/simulators/vastai/simulator.ts';
import { createVirtualClock } from '../../local/workflow/clock.ts';
import { brandId, ConsumerId, LeaseId } from '../../shared/core/base/ids.ts';
import { isLong, limitOf, sample } from '../support/long.ts';

const SCALE = 60;
const CHILD = new URL('./fixtures/doomed-service.ts', import.meta.url).pathname;
const CONSUMER = brandId(ConsumerId, '123456789012/trainer');

type DieAt = { call: string; when: 'before' | 'after'; nth?: number };
const MOMENTS: DieAt[] = [
  { call: 'launch', when: 'before' },
  { call: 'launch', when: 'after' },
  { call: 'confirm', when: 'after' },
  { call: 'judge', when: 'before' },
  { call: 'destroy', when: 'after' },
  { call: 'settle', when: 'after' },
];

async function stage(leases = 1) {
  const folder = await mkdtemp(join(tmpdir(), 'doomed-'));
  const [realStart, simStart] = [Date.now(), Date.UTC(2026, 10, 21, 12)];
  const now = (): number => Math.floor(simStart + (Date.now() - realStart) * SCALE);
  const apiKey = 'a-key-of-the-market';
  const market = createSimulator({ keys: { apiKey }, now, seed: 7 });
  const marketUrl = await market.listen();
  /** Runs the service until it ends or kills itself. */
  const run = async (dieAt?: DieAt) => {
    const options = { folder, marketUrl, apiKey, scale: SCALE, start: now(), dieAt, leases };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const [code, signal] = await once(child, 'exit');
    return { code, signal, output: output.trim() };
  };
  const close = async (): Promise<void> => {
    await market.close();
    await rm(folder, { recursive: true });
  };
  return { folder, market, run, close };
}

/** What an audit finds wrong in the folder of a service that has ended. */
async function auditFolder(
  folder: string,
  ids: readonly string[],
  alive: { id: string; label: string | null }[],
) {
  const database = await openDatabase({ path: join(folder, 'database') });
  const { runtime, close } = createService({
    clock: createVirtualClock(0),
    databaseEndpoint: database.endpoint,
    blobs: createMemoryBlobs(),
    folder: null,
    env: { GPU_SHOPPER_DEPLOYMENT_ID: 'doomed', GPU_SHOPPER_TAG_KEY: 'ab'.repeat(32) },
  });
  const wrong = await audit(runtime, CONSUMER, {
    leases: ids.map((id) => brandId(LeaseId, id)),
    alive,
  });
  close();
  await database.close();
  return wrong;
}

describe('a service killed with kill -9', () => {
  const title = '$when $call continues after a restart and ends its lease';
  it.each(sample(MOMENTS))(title, { timeout: limitOf('kill -9') }, async (dieAt) => {
    const { folder, market, run, close } = await stage();
    const killed = await run(dieAt);
    expect(killed.signal).toBe('SIGKILL');
    const ended = await run();
    expect(ended).toMatchObject({ code: 0, output: expect.stringMatching(/^[a-z0-9]{20}$/) });
    const alive = market.instances().filter((instance) => instance.alive);
    expect(await auditFolder(folder, [ended.output], alive)).toEqual([]);
    expect(market.instances().length).toBe(1);
    await close();
  });

  it.runIf(isLong)(
    'with 24 leases in its queue serves and ends each once',
    async () => {
      const { folder, market, run, close } = await stage(24);
      const killed = await run({ call: 'launch', when: 'after', nth: 5 });
      expect(killed.signal).toBe('SIGKILL');
      const { code, output } = await run();
      expect(code).toBe(0);
      const alive = market.instances().filter((instance) => instance.alive);
      expect(await auditFolder(folder, output.split(' '), alive)).toEqual([]);
      expect(market.instances()).toHaveLength(24);
      await close();
    },
    limitOf('kill -9'),
  );
});
