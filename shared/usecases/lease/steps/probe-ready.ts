// Probe ready: where no machine can call us, readiness is an SSH server that answers with its
// banner at an address the provider states.

import { between } from '../../../core/base/time.ts';
import { currentAttempt } from '../../../core/lease/lease.ts';
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
 * One look at the machine's SSH port. Safe to repeat. Detours: not-ready (look again), lease-over,
 * superseded. Throws what get throws, StoreDown.
 */
export function createProbeReady(ports: ProbeReadyPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const alone = skipReason(lease, input);
    if (alone !== null) return alone;
    const attempt = currentAttempt(lease);
    if (attempt?.state !== 'created') return done(null);
    const provider = ports.providers(attempt.offer.provider);
    const waited = between(attempt.createdAt, ports.clock.now());
    if (waited > provider.card.bootLimit) return done(null);
    const instance = await provider.get(attempt.instanceId);
    if (instance === 'absent') return detour('not-ready', 'the provider does not know it yet');
    if (instance.status === 'failed' || instance.status === 'stopped') return done(null);
    if (instance.status !== 'running') return detour('not-ready', instance.statusText);
    for (const { host, port } of instance.ssh) {
      if ((await ports.probe.sshBanner(host, port)) === 'not-yet') continue;
      const by = { kind: 'probe', attempt: attempt.number } as const;
      await ports.pulses.beat({ leaseId: lease.id, at: ports.clock.now(), by });
      return done(null);
    }
    return detour('not-ready', 'no SSH server answers yet');
  };
}
