// After an outage of our own nobody could have been heard: the silence of every serving lease is
// counted from now on, by a second look that lies a whole limit ahead. Deadlines bind all the same.

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
 * Gives every serving lease its whole silence limit again; call it before executions go on. Safe to
 * repeat: each time counts from its own now. Throws StoreDown.
 */
export function createExcuseSilence({ leases, pulses, clock }: ExcuseSilencePorts) {
  return async (): Promise<void> => {
    for (const { id, state, terms } of await leases.open()) {
      if (state !== 'active') continue;
      await pulses.noteSilence(id, after(clock.now(), terms.silenceLimit));
    }
  };
}
