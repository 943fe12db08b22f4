// Ownership decides what may be destroyed: an instance without exactly a valid tag is never
// touched.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHmacSigner } from '../../../../shared/adapters/hmac-signer.ts';
import { brandId, DeploymentId, LeaseId } from '../../../../shared/core/base/ids.ts';
import { readTag, Tag, tagOf } from '../../../../shared/core/instance/ownership.ts';
import { aDeployment, aLeaseId, aSigner } from '../../../support/builders/base.ts';

const foreign = brandId(DeploymentId, 'other');
const longest = brandId(DeploymentId, 'x'.repeat(12));
const owner = { deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 };
const tag = tagOf(owner, aSigner);
const read = (label: string | null) => readTag(label, aDeployment, aSigner);

/** All characters of a tag, and some that are not allowed. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789-_ .A\n\u0000\u0430'];

describe('a tag', () => {
  it('is parsed to the owner it was created from', () => {
    const ids = fc.stringMatching(/^[a-z0-9]{20}$/).map((id) => brandId(LeaseId, id));
    const names = fc.stringMatching(/^[a-z0-9]{2,12}$/).map((id) => brandId(DeploymentId, id));
    const attempts = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(names, ids, attempts, (deployment, leaseId, attempt) => {
        const written = tagOf({ deployment, leaseId, attempt }, aSigner);
        expect(readTag(written, deployment, aSigner)).toEqual({ deployment, leaseId, attempt });
      }),
    );
  });

  it('has at most 60 characters', () => {
    const leaseId = aLeaseId();
    expect(tagOf({ deployment: longest, leaseId, attempt: 99 }, aSigner)).toHaveLength(56);
  });

  it('is the same every time it is created', () => {
    expect(tagOf(owner, aSigner)).toBe(tag);
    expect(Tag.parse(tag)).toBe(tag);
  });

  it.each([0, 100, 1.5, -1, Number.NaN])('has no attempt %f', (attempt) => {
    expect(() => tagOf({ ...owner, attempt }, aSigner)).toThrow('attempt out of range');
  });
});

describe('a label is no valid tag', () => {
  it('when any character is changed, removed or added', () => {
    const changed: string[] = [];
    for (let place = 0; place <= tag.length; place += 1) {
      const [before, rest] = [tag.slice(0, place), tag.slice(place)];
      if (rest !== '') changed.push(before + rest.slice(1));
      for (const letter of LETTERS) changed.push(before + letter + rest);
      for (const letter of LETTERS) {
        if (rest !== '' && !rest.startsWith(letter)) changed.push(before + letter + rest.slice(1));
      }
    }
    expect(changed.length).toBeGreaterThan(4_000);
    expect(changed.filter((label) => read(label) !== null)).toEqual([]);
  });

  it('when it belongs to another deployment with the same key', () => {
    const theirs = tagOf({ ...owner, deployment: foreign }, aSigner);
    expect(readTag(theirs, foreign, aSigner)).not.toBeNull();
    expect(read(theirs)).toBeNull();
  });

  it('when its mac was created with another key', () => {
    const forger = createHmacSigner({ current: '66'.repeat(32) });
    expect(read(tagOf(owner, forger))).toBeNull();
  });

  it('when its mac is from another attempt or lease', () => {
    const mac = tag.slice(-16);
    const second = tagOf({ ...owner, attempt: 2 }, aSigner);
    const other = tagOf({ ...owner, leaseId: aLeaseId('b') }, aSigner);
    expect(read(second.slice(0, -16) + mac)).toBeNull();
    expect(read(other.slice(0, -16) + mac)).toBeNull();
  });

  it.each([
    null,
    '',
    ' ',
    'gs-',
    'gs----',
    `gs--${aLeaseId()}-1-${'0'.repeat(16)}`,
    'my training instance',
    'gs-test',
  ])('when it is %j', (label) => {
    expect(read(label)).toBeNull();
  });

  it.each([
    (text: string) => ` ${text}`,
    (text: string) => `${text} `,
    (text: string) => `${text}\n`,
    (text: string) => `${text}\n${text}`,
    (text: string) => `${text}-2`,
    (text: string) => text.toUpperCase(),
    (text: string) => text.replace('-1-', '-01-'),
    (text: string) => text.slice(0, -1),
  ])('when it is padded, truncated or in another form: %s', (spoil) => {
    expect(read(spoil(tag))).toBeNull();
    expect(Tag.safeParse(spoil(tag)).success).toBe(false);
  });
});

describe('after a change of the key', () => {
  const fresh = createHmacSigner({ current: '77'.repeat(32), previous: '5e'.repeat(32) });

  it('tags of the previous key stay valid', () => {
    expect(readTag(tag, aDeployment, fresh)).toEqual(owner);
  });

  it('new tags are created with the current key only', () => {
    expect(read(tagOf(owner, fresh))).toBeNull();
  });
});
