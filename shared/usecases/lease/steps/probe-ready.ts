// Probe ready: when instances cannot call the service, an instance is ready when an SSH server
// answers with its banner at the address from the provider.

import { currentAttempt } from '../../../core/lease/lease.ts';
import { isBootOver, planProbe } from '../../../core/lease/probe.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import type { Probe } from '../../../ports/probe.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';

export type ProbeReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly providers: Providers;
  readonly probe: Probe;
};

/**
 * One probe of the instance's SSH port. Safe to repeat. Detours: not-ready (probe again),
 * lease-over, superseded. Throws what get throws, StoreDown.
 */
export function createProbeReady(ports: ProbeReadyPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const skip = skipReason(lease, input);
    if (skip !== null) return skip;
    const attempt = currentAttempt(lease);
    if (attempt?.state !== 'created') return done(null);
    const provider = ports.providers(attempt.offer.provider);
    if (isBootOver(attempt, provider.card, ports.clock.now())) return done(null);
    const plan = planProbe(await provider.get(attempt.instanceId));
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
