// The actions of a sweep for its findings, most urgent first: what costs money now, then what can
// cost money later, then accounting. When an action is carried out, it is decided again on the
// current state.

import type { InstanceId, LeaseId } from '../base/ids.ts';
import type { MicroUsd } from '../base/money.ts';
import type { EpochMs } from '../base/time.ts';
import type { AccountFinding } from '../billing/thresholds.ts';
import type { SshEndpoint } from '../instance/instance.ts';
import type { Ownership } from '../instance/ownership.ts';
import { currentAttempt, type Lease } from '../lease/lease.ts';
import type { RateReading } from '../lease/price.ts';
import { heldBack, type InstanceFinding } from './instance-findings.ts';
import type { FoundHold, FoundLease, HeldFor } from './lease-findings.ts';

export type Action =
  /** The lease is past its deadline: end it and destroy its instances. */
  | { readonly kind: 'end-overdue'; readonly leaseId: LeaseId }
  /** The lease has reached its spending limit: end it and destroy its instances. */
  | { readonly kind: 'end-overspent'; readonly leaseId: LeaseId }
  /** Its instance has another rate: record the reading; above the ceiling, end the lease. */
  | { readonly kind: 'note-price'; readonly leaseId: LeaseId; readonly reading: RateReading }
  /** Its instance has other SSH endpoints. */
  | {
      readonly kind: 'note-address';
      readonly leaseId: LeaseId;
      readonly attempt: number;
      readonly ssh: readonly SshEndpoint[];
    }
  | { readonly kind: 'grow-hold'; readonly leaseId: LeaseId }
  | {
      readonly kind: 'destroy';
      readonly id: InstanceId;
      readonly owner: Ownership;
      /** The fingerprint of the key that showed it. */
      readonly under: string;
      readonly found: 'twin' | 'orphan' | 'unrecorded';
      /** Whether an earlier sweep already destroyed it and added the event to its lease. */
      readonly again: boolean;
    }
  | {
      readonly kind: 'end';
      readonly leaseId: LeaseId;
      readonly instanceId: InstanceId;
      readonly reason: 'interrupted' | 'lost';
      readonly why: string;
      /** When the first listing started that did not show it; null when it is shown. */
      readonly since: EpochMs | null;
    }
  /** Record since when its instance is missing, or that it is shown again. */
  | { readonly kind: 'note-missing'; readonly leaseId: LeaseId; readonly since: EpochMs | null }
  /** Start a new generation of the workflow. */
  | { readonly kind: 'restart'; readonly leaseId: LeaseId; readonly generation: number }
  /** Wake the workflow, or restart it when it is stuck. */
  | { readonly kind: 'nudge'; readonly leaseId: LeaseId }
  | { readonly kind: 'wake'; readonly leaseId: LeaseId }
  /** Answer its workflow, which waits for work; or send the work's messages again. */
  | { readonly kind: 'answer-work' | 'send-work'; readonly leaseId: LeaseId }
  | { readonly kind: 'apply-outbox'; readonly leaseId: LeaseId }
  /** Record crossed thresholds, and publish notes that are not in the account's log. */
  | { readonly kind: 'review-account'; readonly found: AccountFinding }
  | { readonly kind: 'cancel-hold'; readonly held: HeldFor }
  | { readonly kind: 'settle-hold'; readonly held: HeldFor }
  | { readonly kind: 'trim-hold'; readonly held: HeldFor; readonly to: MicroUsd };

/** All findings of one sweep. */
export type Findings = {
  readonly instances: readonly InstanceFinding[];
  readonly leases: readonly FoundLease[];
  readonly holds: readonly FoundHold[];
  readonly accounts: readonly AccountFinding[];
};

const URGENCY: readonly Action['kind'][] = [
  'end-overdue',
  'end-overspent',
  'destroy',
  'end',
  'note-missing',
  'note-price',
  'note-address',
  'review-account',
  'restart',
  'nudge',
  'wake',
  'answer-work',
  'send-work',
  'apply-outbox',
  'cancel-hold',
  'settle-hold',
  'trim-hold',
  'grow-hold',
];

function onInstance(finding: InstanceFinding, held: boolean): readonly Action[] {
  switch (finding.kind) {
    case 'foreign':
    case 'ok':
    case 'unrecorded-seen':
    case 'doubtful':
    case 'near-miss':
      return [];
    case 'unrecorded':
      if (held) return [];
      break;
    case 'twin':
    case 'orphan':
      break;
  }
  const { kind: found, id, owner, under, suspicion } = finding;
  return [{ kind: 'destroy', id, owner, under, found, again: suspicion.again }];
}

const GHOST = 'two complete listings do not show the instance, and the provider no longer knows it';

type Ending = Pick<Extract<Action, { kind: 'end' }>, 'reason' | 'why' | 'since'>;

function ending(lease: Lease, end: Ending): readonly Action[] {
  if (lease.state !== 'active') return [];
  return [{ kind: 'end', leaseId: lease.id, instanceId: lease.instanceId, ...end }];
}

/** Once for each change: the lease keeps since when. */
function noteMissing(lease: Lease, since: EpochMs | null): readonly Action[] {
  if (lease.state !== 'active' || (lease.missingSince === null) === (since === null)) return [];
  return [{ kind: 'note-missing', leaseId: lease.id, since }];
}

function onLease(found: FoundLease): readonly Action[] {
  const { lease } = found;
  const leaseId = lease.id;
  switch (found.kind) {
    case 'ok':
    case 'other-account':
    case 'unguided-seen':
      return [];
    case 'ghost-seen':
      return noteMissing(lease, found.suspicion.since);
    case 'shown-again':
      return noteMissing(lease, null);
    case 'overdue':
      return [{ kind: 'end-overdue', leaseId }];
    case 'overspent':
      return [{ kind: 'end-overspent', leaseId }];
    case 'hold-outgrown':
      return [{ kind: 'grow-hold', leaseId }];
    case 'price-read':
      return [{ kind: 'note-price', leaseId, reading: found.reading }];
    case 'interrupted':
      return ending(lease, { reason: 'interrupted', why: found.why, since: null });
    case 'ghost':
      return ending(lease, { reason: 'lost', why: GHOST, since: found.suspicion.since });
    case 'lost-execution':
      return [{ kind: 'restart', leaseId, generation: lease.generation }];
    case 'address-read': {
      const attempt = currentAttempt(lease)?.number ?? 0;
      return [{ kind: 'note-address', leaseId, attempt, ssh: found.ssh }];
    }
    case 'boot-failed':
    case 'lost-wake':
      return [{ kind: 'wake', leaseId }];
    case 'unanswered-work':
      return [{ kind: 'answer-work', leaseId }];
    case 'late-work':
      return [{ kind: 'send-work', leaseId }];
    case 'stuck-step':
      return [{ kind: 'nudge', leaseId }];
    case 'pending-outbox':
      return [{ kind: 'apply-outbox', leaseId }];
  }
}

function onHold(found: FoundHold): readonly Action[] {
  const { held } = found;
  switch (found.kind) {
    case 'ok':
      return [];
    case 'hold-without-lease':
      return [{ kind: 'cancel-hold', held }];
    case 'hold-of-closed-lease':
      return [{ kind: 'settle-hold', held }];
    case 'hold-left-raised':
      return [{ kind: 'trim-hold', held, to: found.to }];
  }
}

const onAccount = (found: AccountFinding): readonly Action[] =>
  found.kind === 'ok' ? [] : [{ kind: 'review-account', found }];

/**
 * The actions for the findings, most urgent first, without those that the circuit breaker blocks.
 */
export function actionsOf({ instances, leases, holds, accounts }: Findings): readonly Action[] {
  const held = heldBack(instances) > 0;
  const actions = [
    ...instances.flatMap((finding) => onInstance(finding, held)),
    ...leases.flatMap(onLease),
    ...holds.flatMap(onHold),
    ...accounts.flatMap(onAccount),
  ];
  return actions.toSorted((a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind));
}

/** How many findings there are of each kind but `ok`. */
export function countsOf({ instances, leases, holds, accounts }: Findings): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of [...instances, ...leases, ...holds, ...accounts]) {
    if (kind !== 'ok') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** All suspects, for the next sweep. */
export function suspectsOf({
  instances,
  leases,
}: Findings): readonly (readonly [string, EpochMs])[] {
  return [...instances, ...leases].flatMap((found) =>
    'suspicion' in found ? [[found.suspicion.key, found.suspicion.since] as const] : [],
  );
}
