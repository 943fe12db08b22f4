// Await ready: hands the SSH key over and parks the token that the machine's first phone-home
// answers. A machine that has nowhere to call is probed instead.

import { currentAttempt } from '../../../core/lease/lease.ts';
import { note, withAttempt } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Workflow } from '../../../ports/workflow.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';

export type AwaitReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
  readonly providers: Providers;
  /** Whether machines can call us; if not, readiness is probed. */
  readonly phoneHome: boolean;
};

/** A step whose state waits for an answer to `token`. */
export type WaitInput = StepInput & { readonly token: string };

const UNCHANGED = { commit: null, result: null };

async function handOverKey(ports: AwaitReadyPorts, input: StepInput): Promise<void> {
  const lease = await loadLease(ports, input.leaseId);
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created' || attempt.keyAttached !== null) return;
  const provider = ports.providers(attempt.offer.provider);
  const answer = await provider.attachKey(attempt.instanceId, lease.terms.sshPublicKey);
  const reason =
    answer === 'attached'
      ? 'the SSH key is attached; the start script carries it too'
      : 'attaching the SSH key was refused; the start script carries it';
  await changeLease(ports, lease.id, (current, now) => {
    const mine = currentAttempt(current);
    if (mine?.number !== attempt.number || mine.state !== 'created') return UNCHANGED;
    const asked = withAttempt(current, { ...mine, keyAttached: answer === 'attached' });
    return { commit: note(asked, { type: 'key-handed-over', reason }, now), result: null };
  });
}

/**
 * Parks the token for readiness. Whoever parks reads again afterwards: if the machine was faster,
 * or the lease is over, it answers itself. Detours: use-probe, lease-over, superseded. Throws
 * StoreDown, ProviderDown, Conflict.
 */
export function createAwaitReady(ports: AwaitReadyPorts) {
  return async (input: WaitInput): Promise<StepOutcome> => {
    const alone = skipReason(await loadLease(ports, input.leaseId), input);
    if (alone !== null) return alone;
    await handOverKey(ports, input);
    if (!ports.phoneHome) return detour('use-probe', 'machines have no address to call');
    const lease = await loadLease(ports, input.leaseId);
    const { leaseId, generation, token } = input;
    const attempt = currentAttempt(lease)?.number ?? 0;
    const wanted = { wait: 'ready', token, endsAt: lease.deadline, idleWarned: null } as const;
    const parked = await ports.pulses.park({ leaseId, generation, attempt, ...wanted });
    const pulse = await ports.pulses.get(leaseId);
    const now = await loadLease(ports, leaseId);
    const settled = parked === 'over' || skipReason(now, input) !== null || pulse?.readyAt != null;
    if (settled) await ports.workflow.wake(token);
    return done(null);
  };
}
