// Destroys one instance of an attempt, once it is shown to be ours, and records the provider's
// response on the lease.

import { errorInWords, isFailure } from '../../core/base/failure.ts';
import { withSameKey } from '../../core/instance/provider-account.ts';
import { readRows } from '../../core/instance/sighting.ts';
import { commitChange } from '../../core/lease/decision.ts';
import {
  type DestroyPlan,
  decideDestroy,
  type Evidence,
  hasEvidence,
} from '../../core/lease/destroy-evidence.ts';
import { attemptOf, type Lease } from '../../core/lease/lease.ts';
import { type Detour, detour } from '../../core/lease/step.ts';
import {
  applyDestroyFailure,
  applyDestroyOutcome,
  type DestroyOutcome,
  type Target,
} from '../../core/lease/teardown.ts';
import { lastKnown } from '../../core/sweep/last-known.ts';
import type { KeyedProvider } from '../../ports/provider.ts';
import { type Changed, changeLease, loadLease, type Records } from '../common/change-lease.ts';
import { doesVouch, type Sight, vouchingProvider } from '../common/listing.ts';
import { readTraces, type TracePorts } from '../common/read-traces.ts';

export type TeardownPorts = Records & TracePorts & Sight;

/** The provider under the key to use, and whether "not found" under it is about the instance. */
type Route = { readonly provider: KeyedProvider; readonly vouches: () => Promise<boolean> };

/** Adds an event to the lease: why its instance still runs. */
async function recordFailure(ports: TeardownPorts, target: Target, error: unknown): Promise<void> {
  const failure = { ...target, cause: errorInWords(error) };
  await changeLease(ports, target.leaseId, (lease, now) =>
    commitChange(lease, applyDestroyFailure(lease, failure, now)),
  );
}

/** The key that created the instance, else one of its account, else the present key. */
async function routeTo(ports: TeardownPorts, lease: Lease, target: Target): Promise<Route> {
  const attempt = attemptOf(lease, target.attempt);
  const current = ports.providers(target.provider);
  if (attempt === undefined) return { provider: current, vouches: async () => false };
  const provider =
    withSameKey([current, current.previous], attempt.account) ??
    (await vouchingProvider(ports, attempt)) ??
    current;
  return { provider, vouches: () => doesVouch(ports, provider, attempt) };
}

/** What one read of the id says. */
async function readEvidence(
  ports: TeardownPorts,
  { provider, vouches }: Route,
  target: Target,
): Promise<Evidence> {
  const instance = await provider.get(target.instanceId);
  const [row] = instance === 'absent' ? [] : readRows([instance], ports);
  if (row !== undefined) return { kind: 'row', row };
  return { kind: (await vouches()) ? 'absent' : 'other-account' };
}

/**
 * Whether to destroy now: needs evidence that the instance is ours. Throws the failure of the read
 * when the instance must wait for it.
 */
async function planDestroy(
  ports: TeardownPorts,
  target: Target,
  route: Route,
): Promise<Changed<DestroyPlan>> {
  const [read] = await Promise.allSettled([readEvidence(ports, route, target)]);
  const evidence = read.status === 'fulfilled' ? read.value : { kind: 'no-response' as const };
  const planned = await changeLease(ports, target.leaseId, (lease, now) =>
    decideDestroy(lease, { target, evidence }, now),
  );
  if (planned.result !== 'wait' || read.status === 'fulfilled') return planned;
  await recordFailure(ports, target, read.reason);
  throw read.reason;
}

/** Records the provider's response, with the last known facts about the instance. */
async function recordOutcome(
  ports: TeardownPorts,
  target: Target,
  how: DestroyOutcome['how'],
): Promise<Lease> {
  const traces = await readTraces(ports, target);
  const { lease } = await changeLease(ports, target.leaseId, (current, now) => {
    const destroyed = { ...target, how, last: lastKnown(current, traces) };
    return commitChange(current, applyDestroyOutcome(current, destroyed, now));
  });
  return lease;
}

async function callDestroy(
  ports: TeardownPorts,
  target: Target,
  { provider, vouches }: Route,
): Promise<Lease> {
  const [answer] = await Promise.allSettled([provider.destroy(target.instanceId)]);
  if (answer.status === 'rejected') {
    await recordFailure(ports, target, answer.reason);
    throw answer.reason;
  }
  // Under another account, an unknown id says nothing about the instance.
  if (answer.value === 'absent' && !(await vouches())) return loadLease(ports, target.leaseId);
  return recordOutcome(ports, target, answer.value);
}

/**
 * Destroys one instance and records the acceptance, unless nothing shows that it is ours. Safe to
 * repeat. Throws what get and destroy throw: then the instance still runs, its charge continues,
 * and the caller must repeat.
 */
export async function destroyTarget(ports: TeardownPorts, target: Target): Promise<Lease> {
  const lease = await loadLease(ports, target.leaseId);
  const route = await routeTo(ports, lease, target);
  if (hasEvidence(target, ports.clock.now())) return callDestroy(ports, target, route);
  const { lease: planned, result } = await planDestroy(ports, target, route);
  switch (result) {
    case 'destroy':
      return callDestroy(ports, target, route);
    case 'gone':
      return recordOutcome(ports, target, 'absent');
    case 'wait':
    case 'leave':
      return planned;
  }
}

/**
 * Destroys what a listing shows, in the order of the list. Returns a detour when the provider's
 * limit did not let one pass: the next round repeats it. Throws what destroy throws.
 */
export async function destroyListed(
  ports: TeardownPorts,
  targets: readonly Target[],
): Promise<Detour | null> {
  for (const target of targets) {
    const [destroyed] = await Promise.allSettled([destroyTarget(ports, target)]);
    if (destroyed.status === 'fulfilled') continue;
    const { reason } = destroyed;
    if (!isFailure(reason, 'RateLimited')) throw reason;
    return detour('still-present', reason.message);
  }
  return null;
}
