// Leases that demand reports of transfer: an instance that reports no bytes is a boot failure, and
// another host is tried.

import { describe, expect, it } from 'vitest';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

const SILENT: Telemetry = {
  ...{ gpus: [], processes: 1, networkKbps: null, uptimeSeconds: null, jobId: '' },
  ...{ rxBytes: null, txBytes: null },
};
const DEMAND = { requireTransferReports: true };

/** A world in which the first `silent` instances report no bytes. */
function worldOf(silent: number): Promise<LeaseWorld> {
  const seen: string[] = [];
  const telemetry = ({ id }: { readonly id: string }): Telemetry => {
    if (!seen.includes(id)) seen.push(id);
    return seen.indexOf(id) < silent ? SILENT : { ...SILENT, rxBytes: 1_000, txBytes: 1_000 };
  };
  return leaseWorld({ telemetry, freshMenu: false });
}

describe('a lease that demands reports of transfer', () => {
  it('retires an instance that reports none, and gets one of another host', async () => {
    const world = await worldOf(1);
    const { id, attempts } = await world.active(DEMAND);
    expect(attempts).toMatchObject([
      { state: 'gone', reason: 'no-transfer-reports' },
      { state: 'created' },
    ]);
    const [first, second] = attempts;
    expect(second?.offer.hostId).not.toBe(first?.offer.hostId);
    expect(world.alive()).toBe(1);
    await world.end(id);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('ends without an offer when no host reports any', async () => {
    const world = await worldOf(9);
    const id = await world.request(DEMAND);
    await world.untilState(id, 'ended', 2);
    expect(await world.lease(id)).toMatchObject({ reason: 'no-offer' });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

it('a lease without this demand uses an instance that reports no transfer', async () => {
  const world = await worldOf(9);
  const { id, attempts } = await world.active();
  expect(attempts).toMatchObject([{ state: 'created' }]);
  await world.end(id);
  await world.close();
});
