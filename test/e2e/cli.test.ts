// One lease from the offers to its charge through the command line, and one through the typed
// client: real processes, real signatures, the real front and service, a simulated market.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCredentials } from '../../clients/cli/credentials.ts';
import { createClient } from '../../clients/client/client.ts';
import type { Lease } from '../../clients/client/replies.ts';
import { HOST_KEY } from '../clients/builders.ts';
import { aHome, runCli } from '../clients/cli/run-cli.ts';
import { startFront } from '../support/worlds/front.ts';

/** An hour takes 36 s, and a boot half a second. */
const TIME_SCALE = 100;

/** A service with the default data folder of the command line. */
async function start() {
  const home = aHome();
  const data = join(home, '.gpu-shopper');
  mkdirSync(data);
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), `${HOST_KEY} me@laptop\n`);
  const { url: endpoint, world } = await startFront(data, TIME_SCALE);
  const run = (...args: readonly string[]) => runCli(args, { endpoint, home, env: {} });
  return { home, data, endpoint, world, run };
}

describe('a lease on the command line', () => {
  it('goes from the offers to its charge and leaves no instance running', async () => {
    const { home, world, run } = await start();

    const offers = await run('offers', '--gpu', 'RTX 4090', '--limit', '2');
    expect(offers.stdout.split('\n')[1]).toMatch(/^vastai_\w+ +RTX 4090 +1 .*\$0\.\d+\/h/);

    const leased = await run('lease', '--gpu', 'RTX 4090', '--hours', '4', '--wait', '--json');
    expect([leased.code, leased.stderr.match(/lease-active/g)]).toEqual([0, ['lease-active']]);
    const lease: Lease = JSON.parse(leased.stdout);
    expect(lease).toMatchObject({ state: 'active', can: ['extend', 'heartbeat', 'release'] });

    expect((await run('leases')).stdout).toContain(`${lease.id}  active`);
    expect((await run('--profile', 'operator', 'show', lease.id)).code).toBe(0);
    expect((await run('heartbeat', lease.id)).stdout).toMatch(/^continue until 20/);

    expect((await run('ssh-config', lease.id, '--write')).code).toBe(0);
    const config = join(home, '.ssh', 'gpu-shopper', `${lease.id}.config`);
    // The configuration as OpenSSH parses it.
    const read = execFileSync('ssh', ['-G', '-F', config, lease.id], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(read).toContain(`hostname ${lease.ssh[0]?.host}\n`);
    expect(read).toContain(`hostkeyalias ${lease.id}\n`);
    expect(read).toMatch(/^stricthostkeychecking (true|yes)$/m);

    const released = await run('release', lease.id, '--wait');
    expect(released.code).toBe(0);
    expect(released.stdout).toMatch(/^Reason +released$/m);
    expect(released.stdout).toMatch(/^Amount +\$0\.\d+ charged$/m);
    expect(released.stdout).toMatch(/^Proof +absent from the listings of /m);
    expect(world.market.instances().filter(({ alive }) => alive)).toEqual([]);

    expect((await run('heartbeat', lease.id)).code).toBe(5);
    const watched = await run('watch', lease.id);
    expect([watched.code, watched.stdout.includes('absence-proved')]).toEqual([0, true]);
    expect((await run('lease', '--hours', '13')).code).toBe(2);
    expect((await run('show', 'a'.repeat(20))).code).toBe(4);
    const overBudget = await run('lease', '--ceiling', '200', '--hours', '12');
    expect([overBudget.code, overBudget.stderr.includes('limit has room for')]).toEqual([3, true]);
  });
});

describe('a lease by the typed client', () => {
  it('is created once for a repeated request, awaited, and released', async () => {
    const { data, endpoint, world } = await start();
    const wanted = {
      endpoint: new URL(endpoint),
      profile: undefined,
      env: { GPU_SHOPPER_DATA: data },
    };
    const credentials = createCredentials(wanted);
    const client = createClient({ endpoint, region: 'us-east-1', credentials });

    const body = { gpuNames: ['RTX 4090'], hours: 4, sshPublicKey: HOST_KEY };
    const once = await client.requestLease(body, { idempotencyKey: 'only-once' });
    const again = await client.requestLease(body, { idempotencyKey: 'only-once' });
    expect(again.id).toBe(once.id);
    const active = await client.waitFor(once.id, 'active', { timeoutMs: 10_000 });
    expect(active.state).toBe('active');
    expect(await client.recordHeartbeat(once.id)).toMatchObject({ carryOn: true });
    await client.releaseLease(once.id);
    const seen: number[] = [];
    const ended = await client.waitFor(once.id, 'ended', {
      timeoutMs: 10_000,
      onEvent: ({ seq }) => void seen.push(seq),
    });
    expect(ended).toMatchObject({ state: 'ended', endReason: 'released', holdMicroUsd: 0 });
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(world.market.instances().filter(({ alive }) => alive)).toEqual([]);
    for await (const lease of client.everyLease({ limit: 1 })) expect(lease.id).toBe(once.id);
  });
});
