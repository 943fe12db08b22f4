// After an outage of this service no heartbeat could arrive: the silence of every active lease
// counts from now, by a second look one silence limit later. Deadlines still apply.

import { after } from '../../core/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';

export type ExcuseSilencePorts = {
  readonly leases: LeaseStore;
  readonly pulses: PulseStore;
  readonly clock: Clock;
};

/**
 * Restarts the silence limit of every active lease; call it before executions continue. Safe to
 * repeat: each call counts from its own time. Throws StoreDown.
 */
export function createExcuseSilence({ leases, pulses, clock }: ExcuseSilencePorts) {
  return async (): Promise<void> => {
    for (const { id, state, terms } of await leases.open()) {
      if (state !== 'active') continue;
      await pulses.noteSilence(id, after(clock.now(), terms.silenceLimit));
    }
  };
}
