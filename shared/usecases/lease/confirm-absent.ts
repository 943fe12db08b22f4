// The last part of a proof of absence: the provider says for each verified id that it does not know
// it. A listing alone is not enough, since an empty one may be a lie.

import type { InstanceId } from '../../core/base/ids.ts';
import { claimsOf } from '../../core/instance/claim.ts';
import { readRows } from '../../core/instance/sighting.ts';
import type { RoundFacts } from '../../core/lease/absence-round.ts';
import { attemptOf, type Lease } from '../../core/lease/lease.ts';
import type { Target } from '../../core/lease/teardown.ts';
import { mustVouch } from '../common/listing.ts';
import type { TeardownPorts } from './destroy-target.ts';

export type Unread = { readonly facts: RoundFacts; readonly unread: readonly Target[] };

/**
 * The facts with one read of each id: an instance that is shown is added to the listing. Throws
 * what get and account throw.
 */
export async function confirmAbsent(
  ports: TeardownPorts,
  lease: Lease,
  { facts, unread }: Unread,
): Promise<RoundFacts> {
  const absent = new Set<InstanceId>();
  const rows = [...facts.listing.rows];
  for (const { attempt: number, instanceId } of unread) {
    const attempt = attemptOf(lease, number);
    if (attempt === undefined) continue;
    const instance = await (await mustVouch(ports, attempt)).get(instanceId);
    const shown = instance === 'absent' ? [] : readRows([instance], ports);
    const { ours, doubtful } = claimsOf(shown, lease);
    // Another instance may have the number now.
    if (ours.length + doubtful.length === 0) absent.add(instanceId);
    rows.push(...shown);
  }
  return { ...facts, absent, listing: { ...facts.listing, rows } };
}
