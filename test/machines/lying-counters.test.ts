// An instance that lies about its bytes: it can end its own lease, and it costs its consumer at
// most the transfer allowance. The market's own books decide what was really used.

import { describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import { minutes } from '../../shared/core/base/time.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { CONSUMER, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

const PATIENT = { silenceLimitSeconds: 3_600 };
const MAX = Number.MAX_SAFE_INTEGER;

/** Each heartbeat reports the next of these counters; the last one is repeated. */
function reporting(...counters: readonly number[]) {
  let heartbeats = 0;
  return (): Telemetry => {
    const bytes = counters[Math.min(heartbeats, counters.length - 1)] ?? 0;
    heartbeats += 1;
    return {
      ...{ gpus: [], processes: 1, networkKbps: null, uptimeSeconds: null, jobId: '' },
      ...{ rxBytes: bytes, txBytes: bytes },
    };
  };
}

describe('an absurd byte counter', () => {
  it('charges no more than the transfer allowance, and leaves other leases alone', async () => {
    const telemetry = reporting(1_000, 4e15);
    const world = await leaseWorld({ sweepEvery: minutes(1), telemetry, freshMenu: false });
    const { id, hold } = await world.active({ ...PATIENT, hours: 4 });
    await world.untilState(id, 'ended', 12);
    const lease = await world.lease(id);
    if (lease.state !== 'ended') throw new Error('not ended');
    const [attempt] = lease.attempts;
    const { uploadMicroUsdPerGb: up = 0, downloadMicroUsdPerGb: down = 0 } = attempt?.offer ?? {};
    const spent = world.market.books().spentMicroUsd;
    expect(lease.chargedMicroUsd - spent).toBeLessThanOrEqual(Math.max(up, down) * 20 + 10_000);
    expect(lease.chargedMicroUsd).toBeLessThanOrEqual(hold.amountMicroUsd);
    const account = await once(world.service.runtime, books).accounts.get(CONSUMER);
    expect(account?.roomMicroUsd).toBeGreaterThan(990_000_000);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('that alternates between its bounds lets the lease end', async () => {
    const telemetry = reporting(...Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? MAX : 0)));
    const world = await leaseWorld({ sweepEvery: minutes(1), telemetry, freshMenu: false });
    const id = await world.request({ ...PATIENT, hours: 4 });
    await world.pass(10 * MINUTE);
    await world.release(id);
    await world.untilState(id, 'ended', 12);
    const lease = await world.lease(id);
    if (lease.state !== 'ended') throw new Error('not ended');
    expect(lease.chargedMicroUsd).toBeLessThan(1_000_000);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
