// What every step of the workflow has in common: its input, its outcome, and its first two checks.
// A step of an older generation, or of a lease that is over, does nothing.

import type { DetourKind } from '../base/failure.ts';
import type { LeaseId } from '../base/ids.ts';
import type { EpochMs } from '../base/time.ts';
import { isOver, type Lease } from './lease.ts';

export type StepInput = {
  readonly leaseId: LeaseId;
  readonly generation: number;
  /** The turn of the work in a queue; absent for a step that the state machine calls itself. */
  readonly turn?: number;
};

/** The normal path, with the output for the next state. */
export type Done<Output> = { readonly kind: 'done'; readonly output: Output };
/** Any other path: the handler throws its name, and the state machine routes on it. */
export type Detour = { readonly kind: DetourKind; readonly reason: string };
export type StepOutcome<Output = null> = Done<Output> | Detour;

export const done = <Output>(output: Output): Done<Output> => ({ kind: 'done', output });
export const detour = (kind: DetourKind, reason: string): Detour => ({ kind, reason });

type When = Pick<StepInput, 'generation' | 'turn'>;

/** The detour of a step whose execution, or whose turn, a newer one replaced; null otherwise. */
export function supersededBy(lease: Lease, { generation, turn }: When): Detour | null {
  if (lease.generation > generation) {
    return detour('superseded', `generation ${lease.generation} of the workflow replaced this one`);
  }
  if (turn === undefined || lease.work?.turn === turn) return null;
  return detour('superseded', `turn ${turn} of the lease's work is over`);
}

/** The detour of a step outside teardown that must not change this lease; null when it may. */
export function skipReason(lease: Lease, input: When): Detour | null {
  const superseded = supersededBy(lease, input);
  if (superseded !== null) return superseded;
  return isOver(lease)
    ? detour('lease-over', `the lease is ${lease.state}: ${lease.reason}`)
    : null;
}

/**
 * The same for a step that leads to an active lease: its failures are retried, but not past the
 * deadline that the lease has until then.
 */
export function stopReason(lease: Lease, input: When, now: EpochMs): Detour | null {
  const skip = skipReason(lease, input);
  if (skip !== null || lease.state === 'active' || now < lease.deadline) return skip;
  return detour('lease-over', 'no instance was ready in time');
}
