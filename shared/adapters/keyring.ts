// Keys of providers and tags in a long-running process: read from secrets on first use, and again
// when they are old or a provider refuses one. The process thus gets a key that was added or
// replaced after the deployment. A failed read removes no key.

import { isFailure } from '../core/base/failure.ts';
import { policy } from '../core/base/policy/policy.ts';
import { after } from '../core/base/time.ts';
import type { Clock } from '../ports/clock.ts';

/** Keys by the name of their variable. */
export type Keys = Readonly<Record<string, string>>;

export type KeyringOptions<Made> = {
  /** Reads the current keys. Throws StoreDown. */
  readonly read: () => Promise<Keys>;
  readonly clock: Clock;
  /** Makes the client that uses these keys. May throw when one is malformed. */
  readonly make: (keys: Keys) => Made;
};

export type Keyring<Made> = {
  /**
   * Runs `call` with the client of the current keys, which stays the same until a key changes. When
   * the provider refuses a key and the secret has another one, it runs `call` once more: `call`
   * must be safe to repeat. Throws StoreDown, or the error of `make`, while there are no keys.
   */
  use<Result>(call: (made: Made) => Result | Promise<Result>): Promise<Result>;
  /**
   * Notes that a provider refused a key, for calls that handle the refusal themselves, like the
   * sweep, or that must not run twice, like create. The next `use` reads the keys first.
   */
  reportRefusal(): void;
};

type Held<Made> = { readonly keys: Keys; readonly made: Made };

const areSame = (some: Keys, others: Keys): boolean =>
  Object.entries(some).every(([name, value]) => others[name] === value);

/** A keyring that keeps the keys of `options.read` in this process. */
export function createKeyring<Made>(options: KeyringOptions<Made>): Keyring<Made> {
  const { clock, make } = options;
  const { maxAge, minReadInterval } = policy.keys;
  let held: Held<Made> | undefined;
  let reading: Promise<Held<Made>> | undefined;
  let mayReadAt = clock.now();
  let mustReadAt = mayReadAt;
  let isRefused = false;

  const read = async (): Promise<Held<Made>> => {
    mayReadAt = after(clock.now(), minReadInterval);
    // Until the read succeeds.
    mustReadAt = mayReadAt;
    isRefused = false;
    // A key that is missing now stays in use.
    const keys = { ...held?.keys, ...(await options.read()) };
    if (held === undefined || !areSame(keys, held.keys)) held = { keys, made: make(keys) };
    mustReadAt = after(clock.now(), maxAge);
    return held;
  };

  /** One read for all concurrent callers. When it fails, the held keys stay. */
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

  const isDue = (): boolean => clock.now() >= mustReadAt || (isRefused && clock.now() >= mayReadAt);

  return {
    reportRefusal() {
      isRefused = true;
    },
    async use(call) {
      const before = held === undefined || isDue() ? await reread() : held;
      try {
        return await call(before.made);
      } catch (error) {
        if (!isFailure(error, 'Unauthorised') || clock.now() < mayReadAt) throw error;
        const now = await reread();
        if (now === before) throw error;
        return call(now.made);
      }
    },
  };
}
