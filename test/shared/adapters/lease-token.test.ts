// The bearer token of an instance: it is valid for one attempt of one lease, and nothing else.

import { describe, expect, it } from 'vitest';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import { createLeaseToken, readLeaseToken } from '../../../shared/adapters/lease-token.ts';
import { aLeaseId, aSigner } from '../../support/builders/base.ts';

const claims = { leaseId: aLeaseId(), attempt: 2 };
const token = createLeaseToken(claims, aSigner);
const read = (text: string) => readLeaseToken(text, aSigner);

describe('a lease token', () => {
  it('is read back as its claims', () => {
    expect(read(token)).toEqual(claims);
    expect(token).toMatch(/^v1\.a{20}\.2\.[0-9a-f]{32}$/);
  });

  it.each([1, 99])('is made for attempt %i', (attempt) => {
    const edge = { ...claims, attempt };
    expect(read(createLeaseToken(edge, aSigner))).toEqual(edge);
  });

  it('is valid after a change of the key', () => {
    const fresh = createHmacSigner({ current: '77'.repeat(32), previous: '5e'.repeat(32) });
    expect(readLeaseToken(token, fresh)).toEqual(claims);
    expect(read(createLeaseToken(claims, fresh))).toBeNull();
  });

  it('is refused when any one character was changed, dropped or doubled', () => {
    const spoilt = [...token].flatMap((letter, place) => {
      const [before, rest] = [token.slice(0, place), token.slice(place + 1)];
      const other = letter === '0' ? '1' : '0';
      return [before + other + rest, before + rest, before + letter + letter + rest];
    });
    expect(spoilt.filter((text) => read(text) !== null)).toEqual([]);
  });

  it('is refused for another attempt or lease', () => {
    const mac = token.slice(-32);
    expect(read(`v1.${aLeaseId()}.1.${mac}`)).toBeNull();
    expect(read(`v1.${aLeaseId('b')}.2.${mac}`)).toBeNull();
  });

  it('never has the mac of a tag, or of its own text alone', () => {
    const said = `v1.${aLeaseId()}.2`;
    for (const text of [said, `gs-test-${aLeaseId()}-2`]) {
      expect(read(`${said}.${aSigner.mac(text).slice(0, 32)}`)).toBeNull();
    }
  });

  it.each(['', ' ', 'Bearer', 'v1...', `${token} `, `${token}\n`, `Bearer ${token}`, `${token}.`])(
    'is never %j',
    (text) => {
      expect(read(text)).toBeNull();
    },
  );

  it.each([0, 100, 1.5, Number.NaN])('has no attempt %f', (attempt) => {
    expect(() => createLeaseToken({ ...claims, attempt }, aSigner)).toThrow('out of range');
  });
});
