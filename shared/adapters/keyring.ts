// Keys of providers and tags in a process that lives long: read from secrets on first use, and
// again when they are old or a provider refuses one. A key that was put in or replaced after the
// deploy is so picked up; a read that fails takes no key away.

import { Failure } from '../core/base/failure.ts';
import { policy } from '../core/base/policy/policy.ts';
import { after } from '../core/base/time.ts';
import type { Clock } from '../ports/clock.ts';

/** Values by the name of the variable that they stand for. */
export type Keys = Readonly<Record<string, string>>;

export type KeyringOptions<Made> = {
  /** The present keys. Throws StoreDown. */
  readonly read: () => Promise<Keys>;
  readonly clock: Clock;
  /** Makes what works with these keys. May throw when one is malformed. */
  readonly make: (keys: Keys) => Made;
};

export type Keyring<Made> = {
  /**
   * Runs `call` with what was made of the current keys; that stays the same until a value changes.
   * When a provider refuses a key and the secret holds another by now, runs `call` once more: it
   * must be safe to repeat. Throws StoreDown, or what `make` throws, while there are no keys yet.
   */
  use<Result>(call: (made: Made) => Result | Promise<Result>): Promise<Result>;
};

type Held<Made> = { readonly keys: Keys; readonly made: Made };

/** A use case that notes a refusal and goes on, as the sweep does, gets the new key by its age. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Failure && error.name === 'Unauthorised';

const areSame = (some: Keys, others: Keys): boolean =>
  Object.entries(some).every(([name, value]) => others[name] === value);

/** Keys that `options.read` finds, kept for this process. */
export function createKeyring<Made>(options: KeyringOptions<Made>): Keyring<Made> {
  const { clock, make } = options;
  const { maxAge, minReadInterval } = policy.keys;
  let held: Held<Made> | undefined;
  let reading: Promise<Held<Made>> | undefined;
  let mayReadAt = clock.now();
  let mustReadAt = mayReadAt;

  const read = async (): Promise<Held<Made>> => {
    mayReadAt = after(clock.now(), minReadInterval);
    // Until the read succeeds.
    mustReadAt = mayReadAt;
    // A key that is no longer there stays in use.
    const keys = { ...held?.keys, ...(await options.read()) };
    if (held === undefined || !areSame(keys, held.keys)) held = { keys, made: make(keys) };
    mustReadAt = after(clock.now(), maxAge);
    return held;
  };

  /** One read for all who wait for it. When it fails, what is held stays. */
  const reread = async (): Promise<Held<Made>> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      return await reading;
    } catch (error) {
      if (held === undefined) throw error;
      return held;
    }
  };

  return {
    async use(call) {
      const before = held === undefined || clock.now() >= mustReadAt ? await reread() : held;
      try {
        return await call(before.made);
      } catch (error) {
        if (!isRefusal(error) || clock.now() < mayReadAt) throw error;
        const now = await reread();
        if (now === before) throw error;
        return call(now.made);
      }
    },
  };
}
