// What listed instances are to the open leases: by their tags, by the tags and ids on record, and
// by what does not change with a label. Each instance is compared only with the few leases that it
// can have to do with.

import type { DeploymentId, InstanceId, LeaseId } from '../base/ids.ts';
import { type Attempt, isClosed, isUnanswered, isVerified } from '../instance/attempt.ts';
import { type Claimed, type Claims, claimsOf } from '../instance/claim.ts';
import { deploymentPrefix } from '../instance/ownership.ts';
import type { Row } from '../instance/sighting.ts';
import type { Lease } from '../lease/lease.ts';

/** What a row is to the open leases; null when it has nothing to do with them. */
export type ClaimedRows = ReadonlyMap<InstanceId, Claimed>;

type Index = {
  readonly byLease: ReadonlyMap<string, Lease>;
  readonly byInstance: ReadonlyMap<InstanceId, readonly Lease[]>;
  /** Leases with an attempt whose instance is not known. */
  readonly searching: readonly Lease[];
  readonly verified: ReadonlyMap<InstanceId, LeaseId>;
};

const openAttempts = ({ attempts }: Lease): readonly Attempt[] =>
  attempts.filter((attempt) => !isClosed(attempt));

function indexOf(open: readonly Lease[]): Index {
  const byInstance = new Map<InstanceId, Lease[]>();
  const verified = new Map<InstanceId, LeaseId>();
  for (const lease of open) {
    for (const attempt of openAttempts(lease)) {
      if (!('instanceId' in attempt)) continue;
      byInstance.set(attempt.instanceId, [...(byInstance.get(attempt.instanceId) ?? []), lease]);
      if (isVerified(attempt)) verified.set(attempt.instanceId, lease.id);
    }
  }
  return {
    byLease: new Map(open.map((lease) => [lease.id, lease])),
    byInstance,
    searching: open.filter(({ attempts }) => attempts.some(isUnanswered)),
    verified,
  };
}

const LEASE_ID_LENGTH = 20;

function candidatesFor({ instance }: Row, index: Index, prefix: string): ReadonlySet<Lease> {
  const { label } = instance;
  const id = label?.startsWith(prefix) ? label.slice(prefix.length).slice(0, LEASE_ID_LENGTH) : '';
  const named = index.byLease.get(id);
  return new Set([
    ...(named === undefined ? [] : [named]),
    ...(index.byInstance.get(instance.id) ?? []),
    ...index.searching,
  ]);
}

const STRENGTH: readonly (keyof Claims)[] = ['ours', 'doubtful', 'notOurs'];

/** The strongest claim of any open lease on each row. */
export function claimRows(
  rows: readonly Row[],
  open: readonly Lease[],
  deployment: DeploymentId,
): ClaimedRows {
  const index = indexOf(open);
  const prefix = deploymentPrefix(deployment);
  const claimed = new Map<InstanceId, Claimed>();
  for (const row of rows) {
    const owner = index.verified.get(row.instance.id);
    const claims = [...candidatesFor(row, index, prefix)].map(({ id, attempts }) =>
      claimsOf([row], {
        id,
        attempts,
        verifiedElsewhere: new Set(owner === undefined || owner === id ? [] : [row.instance.id]),
      }),
    );
    const [first] = STRENGTH.flatMap((kind) => claims.flatMap((each) => each[kind]));
    if (first !== undefined) claimed.set(row.instance.id, first);
  }
  return claimed;
}
