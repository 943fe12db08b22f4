// Keys that are added, replaced and removed while a process runs.

import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyring, type Keys } from '../../../shared/adapters/keyring.ts';
import { Failure } from '../../../shared/core/base/failure.ts';
import { policy } from '../../../shared/core/base/policy/policy.ts';
import { after, type DurationMs, minutes, seconds } from '../../../shared/core/base/time.ts';
import { at } from '../../support/builders/base.ts';

const { maxAge, minReadInterval } = policy.keys;

let now = at('12:00');
const pass = (length: DurationMs): void => {
  now = after(now, length);
};

/** The value of the secret; null when it has none or can't be read. */
let secret: string | null = 'first';
let reads = 0;
let made: Keys[] = [];

beforeEach(() => {
  now = at('12:00');
  secret = 'first';
  reads = 0;
  made = [];
});

const aKeyring = () =>
  createKeyring({
    read: async () => {
      reads += 1;
      if (secret === null) throw new Failure('StoreDown', 'nothing can be read');
      return secret === 'lacking' ? {} : { VAST_API_KEY: secret };
    },
    clock: { now: () => now },
    make: (keys) => {
      if (keys['VAST_API_KEY'] === 'malformed') throw new Failure('BadConfig', 'malformed');
      made.push(keys);
      return keys;
    },
  });

/** A call of a provider that accepts only `accepted`. */
const calling =
  (accepted: string) =>
  async (keys: Keys): Promise<string> => {
    const key = keys['VAST_API_KEY'] ?? '';
    if (key !== accepted) throw new Failure('Unauthorised', 'the provider refuses the key');
    return key;
  };
const show = (keys: Keys) => keys['VAST_API_KEY'];
const unauthorised = expect.objectContaining({ name: 'Unauthorised' });

describe('keys', () => {
  it('are read once and kept, with their client', async () => {
    const keyring = aKeyring();
    for (let nth = 1; nth <= 3; nth += 1) expect(await keyring.use(show)).toBe('first');
    expect({ reads, made }).toEqual({ reads: 1, made: [{ VAST_API_KEY: 'first' }] });
  });

  it('are read once for concurrent calls', async () => {
    const keyring = aKeyring();
    await Promise.all([keyring.use(show), keyring.use(show), keyring.use(show)]);
    expect(reads).toBe(1);
  });

  it('that are added later are used by the next call', async () => {
    secret = null;
    const keyring = aKeyring();
    await expect(keyring.use(show)).rejects.toHaveProperty('name', 'StoreDown');
    secret = 'first';
    expect(await keyring.use(show)).toBe('first');
  });

  it('that are replaced are read again by age, also when the old ones still work', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = 'second';
    pass(seconds(maxAge / 1_000 - 1));
    expect(await keyring.use(show)).toBe('first');
    pass(seconds(1));
    expect(await keyring.use(show)).toBe('second');
    expect(reads).toBe(2);
  });

  it('that are unchanged keep their client', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    pass(maxAge);
    await keyring.use(show);
    expect({ reads, made: made.length }).toEqual({ reads: 2, made: 1 });
  });
});

describe('a refused key', () => {
  it('is replaced within the call when the secret has another one', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = 'second';
    pass(minReadInterval);
    expect(await keyring.use(calling('second'))).toBe('second');
    expect(await keyring.use(show)).toBe('second');
    expect(reads).toBe(2);
  });

  it('is a failure when the secret is unchanged', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    pass(minReadInterval);
    await expect(keyring.use(calling('second'))).rejects.toEqual(unauthorised);
    expect({ reads, made: made.length }).toEqual({ reads: 2, made: 1 });
  });

  it('is a failure when the new key is refused too', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = 'second';
    pass(minReadInterval);
    await expect(keyring.use(calling('third'))).rejects.toEqual(unauthorised);
    expect(reads).toBe(2);
  });

  it('is read again at most once a minute, however often it is refused', async () => {
    const keyring = aKeyring();
    for (let second = 0; second < 180; second += 1) {
      await expect(keyring.use(calling('second'))).rejects.toEqual(unauthorised);
      pass(seconds(1));
    }
    expect(reads).toBe(3);
  });

  it('is the only failure after which keys are read again', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    pass(minReadInterval);
    const failing = () => Promise.reject(new Failure('ProviderDown', 'down'));
    await expect(keyring.use(failing)).rejects.toHaveProperty('name', 'ProviderDown');
    expect(reads).toBe(1);
  });
});

describe('a refusal that the call handles itself', () => {
  /** As the sweep does: it notes the refusal and goes on. */
  const handling = (keyring: ReturnType<typeof aKeyring>) => (keys: Keys) => {
    if (keys['VAST_API_KEY'] !== 'second') keyring.reportRefusal();
    return keys['VAST_API_KEY'];
  };

  it('is followed by another read before the next call', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = 'second';
    pass(minReadInterval);
    expect(await keyring.use(handling(keyring))).toBe('first');
    expect(await keyring.use(handling(keyring))).toBe('second');
    expect(reads).toBe(2);
  });

  it('is not forgotten within a minute after the last read', async () => {
    const keyring = aKeyring();
    await keyring.use(handling(keyring));
    secret = 'second';
    pass(seconds(minReadInterval / 1_000 - 1));
    expect(await keyring.use(show)).toBe('first');
    pass(seconds(1));
    expect(await keyring.use(show)).toBe('second');
  });

  it('causes one read a minute, and none once the new key works', async () => {
    const keyring = aKeyring();
    for (let second = 0; second < 180; second += 1) {
      if (second === 150) secret = 'second';
      await keyring.use(handling(keyring));
      pass(seconds(1));
    }
    expect(reads).toBe(3);
    pass(minReadInterval);
    expect(await keyring.use(handling(keyring))).toBe('second');
    expect(await keyring.use(handling(keyring))).toBe('second');
    expect(reads).toBe(4);
    pass(minReadInterval);
    await keyring.use(show);
    expect(reads).toBe(4);
  });
});

describe('a read that fails', () => {
  it.each([
    ['because the secret is gone', null],
    ['because its value is malformed', 'malformed'],
  ])('keeps the old key, %s, and is repeated a minute later', async (_, broken) => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = broken;
    pass(maxAge);
    expect(await keyring.use(show)).toBe('first');
    expect(await keyring.use(show)).toBe('first');
    expect(reads).toBe(2);
    secret = 'second';
    pass(minReadInterval);
    expect(await keyring.use(show)).toBe('second');
  });

  it('or that finds no key keeps the old one', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = 'lacking';
    pass(maxAge);
    expect(await keyring.use(show)).toBe('first');
    expect({ reads, made: made.length }).toEqual({ reads: 2, made: 1 });
  });

  it('keeps the old key also when the provider refuses it', async () => {
    const keyring = aKeyring();
    await keyring.use(show);
    secret = null;
    pass(minutes(2));
    await expect(keyring.use(calling('second'))).rejects.toEqual(unauthorised);
    expect(await keyring.use(calling('first'))).toBe('first');
  });
});
