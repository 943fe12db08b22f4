// Probe ready: when instances cannot call the service, an instance is ready when an SSH server
// answers with its banner at the address from the provider.

import type { ProviderName } from '../../../core/base/providers.ts';
import type { ProviderCard } from '../../../core/instance/card.ts';
import { currentAttempt } from '../../../core/lease/lease.ts';
import { isBootOver, planProbe } from '../../../core/lease/probe.ts';
import { recentReport } from '../../../core/lease/readiness.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  stopReason,
} from '../../../core/lease/step.ts';
import type { Probe } from '../../../ports/probe.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';

export type ProbeReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
  readonly probe: Probe;
};

/**
 * One probe of the SSH port that the provider last reported. Safe to repeat. Detours: not-ready
 * (get the instance and probe again), lease-over, superseded. Throws StoreDown.
 */
export function createProbeReady(ports: ProbeReadyPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const skip = stopReason(lease, input, ports.clock.now());
    if (skip !== null) return skip;
    const attempt = currentAttempt(lease);
    if (attempt?.state !== 'created') return done(null);
    const now = ports.clock.now();
    if (isBootOver(attempt, ports.cardOf(attempt.offer.provider), now)) return done(null);
    const instance = recentReport(attempt, now);
    if (instance === null)
      return detour('not-ready', 'the provider has not reported the instance yet');
    const plan = planProbe(instance);
    if (plan.kind !== 'probe') return plan;
    for (const { host, port } of plan.ssh) {
      if ((await ports.probe.sshBanner(host, port)) === 'not-yet') continue;
      const by = { kind: 'probe', attempt: attempt.number } as const;
      await ports.pulses.heartbeat({ leaseId: lease.id, at: ports.clock.now(), by });
      return done(null);
    }
    return detour('not-ready', 'no SSH server answers yet');
  };
}
