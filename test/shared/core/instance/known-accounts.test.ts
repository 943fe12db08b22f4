// Which accounts of a provider are used, and when a listing under one key says anything about an
// instance that another key created.

import { describe, expect, it } from 'vitest';
import {
  accountOfKey,
  addAccount,
  admitAccount,
  joinKeys,
  KnownAccounts,
  vouchesFor,
} from '../../../../shared/core/instance/known-accounts.ts';
import { aConsumer } from '../../../support/builders/base.ts';
import { anAccountOf } from '../../../support/builders/instance.ts';

const provider = 'vastai';
const admit = (
  known: KnownAccounts | null,
  account: ReturnType<typeof anAccountOf>,
  holdsUnderOthers = false,
) => admitAccount(known, { provider, account, holdsUnderOthers });

function admitted(...args: Parameters<typeof admit>): KnownAccounts {
  const admission = admit(...args);
  if (admission.kind !== 'admit') throw new Error(`it is ${admission.kind}`);
  return KnownAccounts.parse(JSON.parse(JSON.stringify(admission.next)));
}

describe('where the provider reports the id of the account', () => {
  const [one, other] = [anAccountOf(), anAccountOf({ key: 'key-two', id: '654321' })];
  const known = admitted(null, one);

  it('the first account is known by its use, and so is every key of it', () => {
    expect(known).toMatchObject({ version: 1, accounts: [{ id: '123456', by: null }] });
    const both = admitted(known, anAccountOf({ key: 'key-two' }));
    expect(both).toMatchObject({ accounts: [{ id: '123456', keys: ['key-one', 'key-two'] }] });
    expect(admit(both, anAccountOf({ key: 'key-two' })).kind).toBe('known');
    expect(accountOfKey(both, 'key-two')).toEqual({ key: 'key-two', id: '123456' });
    expect(accountOfKey(known, 'key-two')).toBeNull();
  });

  it('another account is refused until an operator adds it, also when nothing is held', () => {
    expect(admit(known, other)).toMatchObject({
      ...{ kind: 'refused', why: expect.stringContaining('add 654321') },
    });
    const adding = { account: '654321', by: aConsumer, why: 'we moved' };
    const both = addAccount(known, provider, adding);
    expect(both).toMatchObject({ version: 2, accounts: [{ id: '123456' }, { by: aConsumer }] });
    expect(admitted(both, other)).toMatchObject({ accounts: [{}, { keys: ['key-two'] }] });
    expect(addAccount(both, provider, adding)).toBeNull();
  });

  it('a listing says something only about instances of its own account', () => {
    expect(vouchesFor(known, one, anAccountOf({ key: 'key-two' }))).toBe(true);
    expect(vouchesFor(known, one, other)).toBe(false);
    expect(vouchesFor(null, null, other)).toBe(true);
    expect(joinKeys(known, provider, { older: one, newer: other })).toBeNull();
  });

  it('the same key with another id is another account', () => {
    expect(vouchesFor(known, one, anAccountOf({ id: '654321' }))).toBe(false);
    expect(admit(known, anAccountOf({ id: '654321' })).kind).toBe('refused');
  });
});

describe('where the provider reports no id of the account', () => {
  const [older, newer] = ['key-one', 'key-two'].map((key) => anAccountOf({ key, id: null }));
  if (older === undefined || newer === undefined) throw new Error('there are two keys');
  const known = admitted(null, older);

  it('a new key is used at once when nothing is held', () => {
    expect(admitted(known, newer)).toMatchObject({ accounts: [{}, { keys: ['key-two'] }] });
  });

  it('a new key is refused while another key holds instances', () => {
    expect(admit(known, newer, true)).toMatchObject({
      ...{ kind: 'refused', why: expect.stringContaining('add key-two') },
    });
    expect(vouchesFor(known, older, newer)).toBe(false);
  });

  it('a new key is of the same account once it shows what the older one verified', () => {
    const joined = joinKeys(known, provider, { older, newer });
    expect(joined).toMatchObject({ accounts: [{ id: null, keys: ['key-one', 'key-two'] }] });
    expect(vouchesFor(joined, older, newer)).toBe(true);
    expect(admit(joined, newer, true).kind).toBe('known');
    expect(joinKeys(joined, provider, { older, newer })).toBeNull();
  });

  it('an operator adds the fingerprint of a key', () => {
    const adding = { account: 'key-two', by: aConsumer, why: 'checked' };
    expect(admit(addAccount(known, provider, adding), newer, true).kind).toBe('known');
  });
});
