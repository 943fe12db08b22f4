// Takes a pass of a provider's gate before each call, and reports the result of the call to the
// gate. All functions of a deployment share the gates, so that they keep the limit together.

import { Failure, isFailure } from '../../core/base/failure.ts';
import { pageOf } from '../../core/base/page.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { after, between, type DurationMs, type EpochMs, isoTime } from '../../core/base/time.ts';
import { type CallClass, limitFor, type ProviderCard } from '../../core/instance/card.ts';
import {
  type CallResult,
  decidePass,
  type Gate,
  isFromFuture,
  newGate,
  noteResult,
} from '../../core/instance/gate.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GateStore } from '../../ports/gate-store.ts';
import type { Pass, Passes } from '../../ports/passes.ts';

export type PassPorts = {
  readonly gates: GateStore;
  readonly clock: Clock;
  readonly pause: (length: DurationMs) => Promise<void>;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
  readonly page: (message: string) => void;
};

type Ask = { readonly provider: ProviderName; readonly callClass: CallClass };

/** For a destroy that can't wait for the gate. */
const UNCOUNTED: Pass = { note: async () => undefined };

const stored = async ({ gates }: PassPorts, provider: ProviderName, limit: string) =>
  (await gates.get(provider, limit)) ?? newGate(provider, limit);

/** Changes the gate by what became of a call; a change that was lost comes with the next result. */
async function note(
  ports: PassPorts,
  { callClass, passed }: { readonly callClass: CallClass; readonly passed: Gate },
  result: CallResult,
): Promise<void> {
  const { provider } = passed;
  const limit = limitFor(ports.cardOf(provider), callClass);
  const now = ports.clock.now();
  let gate = passed;
  for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
    const next = noteResult(gate, limit, { callClass, passed, now, result });
    if (next === null || (await ports.gates.commit(next)) === 'committed') return;
    gate = await stored(ports, provider, limit.name);
  }
}

/** One try: the gate as the pass left it, or when the next pass may be free. */
async function tryPass(ports: PassPorts, { provider, callClass }: Ask): Promise<Gate | EpochMs> {
  const limit = limitFor(ports.cardOf(provider), callClass);
  const now = ports.clock.now();
  const gate = await stored(ports, provider, limit.name);
  if (isFromFuture(gate, now)) {
    const message = `the gate ${limit.name} of ${provider} has a time far in the future`;
    ports.page(pageOf('wrong-clock', message));
  }
  const passing = decidePass(gate, limit, { callClass, now });
  if (passing.kind === 'wait') return passing.until;
  return (await ports.gates.commit(passing.next)) === 'committed' ? passing.next : now;
}

async function take(ports: PassPorts, ask: Ask): Promise<Pass> {
  const { provider, callClass } = ask;
  const { clock, pause } = ports;
  const patience = after(clock.now(), policy.gate.patience);
  let freeAt = clock.now();
  for (let tries = 1; tries <= policy.gate.maxTries && freeAt <= patience; tries += 1) {
    if (freeAt > clock.now()) await pause(between(clock.now(), freeAt));
    const tried = await tryPass(ports, ask);
    if (typeof tried === 'object') {
      const passed = tried;
      return {
        note: async (result) => {
          await Promise.allSettled([note(ports, { callClass, passed }, result)]);
        },
      };
    }
    freeAt = tried;
  }
  const message = `${provider}: the next ${callClass} call may be sent at ${isoTime(freeAt)}`;
  throw new Failure('RateLimited', message, { retryAfter: between(clock.now(), freeAt) });
}

/** Passes from the gates that all functions share. */
export function createPasses(ports: PassPorts): Passes {
  return {
    async take(provider, callClass) {
      const [taken] = await Promise.allSettled([take(ports, { provider, callClass })]);
      if (taken.status === 'fulfilled') return taken.value;
      // An instance that must end does not wait for our own database.
      const { reason } = taken;
      const isOurs = isFailure(reason, 'StoreDown');
      if (callClass === 'destroy' && isOurs) return UNCOUNTED;
      throw reason;
    },
  };
}
