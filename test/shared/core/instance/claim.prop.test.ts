// Whose a listed instance is: the rules one by one, and their laws for any label, birth and id.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after as afterwards, seconds } from '../../../../shared/core/base/time.ts';
import type { Attempt } from '../../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  confirmAttempt,
  markOutcomeUnknown,
  retireAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { type Claimant, claimOf, claimsOf } from '../../../../shared/core/instance/claim.ts';
import type { Instance } from '../../../../shared/core/instance/instance.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import { type Row, readRows } from '../../../../shared/core/instance/sighting.ts';
import {
  aDeployment,
  aLeaseId,
  anInstanceId,
  aSigner,
  at,
} from '../../../support/builders/base.ts';
import { anAttempt, aVerified } from '../../../support/builders/instance.ts';
import { aBirth, anInstance } from '../../../support/builders/sightings.ts';

const rowOf = (change: Partial<Instance> = {}): Row => {
  const [row] = readRows([anInstance(change)], { deployment: aDeployment, signer: aSigner });
  if (row === undefined) throw new Error('one instance is one row');
  return row;
};
const tag = (attempt: number, leaseId = aLeaseId()): string =>
  tagOf({ deployment: aDeployment, leaseId, attempt }, aSigner);

/** Recorded at 12:00 on host `m1`; may land until 12:06. */
const unanswered = markOutcomeUnknown(anAttempt(1));
const unverified = confirmAttempt(anAttempt(1), anInstanceId(), at('12:02'));
/** Created at 12:01 on host `m1`. */
const verified = aVerified(unverified);

const claim = (attempt: Attempt, change: Partial<Instance>, lease: Partial<Claimant> = {}) =>
  claimOf(rowOf(change), attempt, { id: aLeaseId(), attempts: [attempt], ...lease });

const elsewhere = { id: anInstanceId('9') };
const other = 'somebody-elses-training';
const [cut, short] = [tag(1).slice(0, 34), tag(1).slice(0, 12)];
const [late, before] = [at('12:06:01'), at('11:54:59')];

/** What the row is to an attempt, with and without evidence that its id is right. */
type Case = readonly [what: string, change: Partial<Instance>, expected: string | null];

const test = (attempt: Attempt, cases: readonly Case[], id: Partial<Instance> = {}): void => {
  it.each(cases)('%s', (_what, change, expected) => {
    expect(claim(attempt, { ...change, ...id })).toBe(expected);
  });
};

describe('a row at an id that was verified', () => {
  const renamed = { label: other };
  const noBirth = { createdAt: null, hostId: null };
  test(verified, [
    ['is ours with the tag, whatever its birth', { birth: aBirth({ hostId: 'm2' }) }, 'tagged'],
    ['is ours with the birth that was kept, renamed', renamed, 'born-ours'],
    ['is ours with the birth that was kept, without a label', { label: null }, 'born-ours'],
    ['is ours with the birth that was kept, and another tag', { label: tag(2) }, 'born-ours'],
    [
      'is not ours when it started at another time',
      ...([{ ...renamed, birth: aBirth({ createdAt: at('12:02') }) }, 'not-ours'] as const),
    ],
    [
      'is doubtful with nothing but its image',
      ...([{ ...renamed, birth: aBirth(noBirth) }, 'doubtful'] as const),
    ],
  ]);
});

describe('a row at an id that was never verified', () => {
  const startedAt = (createdAt: typeof late) => ({ label: other, birth: aBirth({ createdAt }) });
  test(unverified, [
    ['is ours with the tag', {}, 'tagged'],
    ['is not ours with the tag of another attempt', { label: tag(2) }, 'not-ours'],
    ['is not ours with the tag of another lease', { label: tag(1, aLeaseId('b')) }, 'not-ours'],
    ['is not ours when it started after it could land', startedAt(late), 'not-ours'],
    ['is not ours when it started before the attempt', startedAt(before), 'not-ours'],
    ['is ours with the tag cut past the lease id', { label: cut }, 'born-ours'],
    ['is ours with the tag cut short, on the host and in time', { label: short }, 'born-ours'],
    ['is ours without a label, on the host and in time', { label: null }, 'born-ours'],
    [
      'is doubtful without a label, on another host',
      ...([{ label: '', birth: aBirth({ hostId: 'm2' }) }, 'doubtful'] as const),
    ],
    [
      'is doubtful without a label, started at an unknown time',
      ...([{ label: null, birth: aBirth({ createdAt: null }) }, 'doubtful'] as const),
    ],
    ['is doubtful with another label', { label: other }, 'doubtful'],
    ['is doubtful without a readable id', { unreadable: ['id'] }, 'doubtful'],
  ]);

  it('is not ours when another attempt verified the id', () => {
    const peer = { ...verified, number: 2 };
    const renamed = { label: other };
    expect(claim(unverified, renamed, { attempts: [unverified, peer] })).toBe('not-ours');
    const verifiedElsewhere = new Set([anInstanceId()]);
    expect(claim(unverified, renamed, { verifiedElsewhere })).toBe('not-ours');
  });
});

describe('a row at any other id', () => {
  test(
    unanswered,
    [
      ['is ours with the tag', {}, 'tagged'],
      ['is ours with the tag cut past the lease id', { label: cut }, 'born-ours'],
      ['is doubtful when it only looks like a tag', { label: `${tag(1)}0` }, 'doubtful'],
      ['is doubtful with another label, on the host and in time', { label: other }, 'doubtful'],
      [
        'is nothing with another label, on another host',
        ...([{ label: other, birth: aBirth({ hostId: 'm2' }) }, null] as const),
      ],
      [
        'is nothing with another label, started after it could land',
        ...([{ label: other, birth: aBirth({ createdAt: late }) }, null] as const),
      ],
      [
        'is doubtful with an unreadable label',
        ...([{ label: null, unreadable: ['label'] }, 'doubtful'] as const),
      ],
      ['is nothing with the tag of another attempt', { label: tag(2) }, null],
    ],
    elsewhere,
  );

  it('is nothing with another label, to an attempt with an id', () => {
    expect(claim(unverified, { label: other, ...elsewhere })).toBeNull();
  });
});

const anyLabel = fc.oneof(
  fc.constantFrom(null, '', other, cut, short, tag(1), tag(2), tag(1, aLeaseId('b'))),
  fc.nat({ max: 60 }).map((length) => tag(1).slice(0, length)),
  fc.string({ maxLength: 70 }),
);
const anyBirth = fc.record({
  createdAt: fc.option(
    fc.integer({ min: -600, max: 1_200 }).map((second) => {
      const offset = seconds(Math.abs(second));
      return second < 0 ? at('11:55') : afterwards(at('12:00'), offset);
    }),
  ),
  hostId: fc.constantFrom(null, 'm1', 'm2'),
  image: fc.constantFrom(null, 'ubuntu:24.04', 'other'),
});
const anyRow = fc
  .record({
    id: fc.constantFrom(anInstanceId(), anInstanceId('9')),
    label: anyLabel,
    birth: anyBirth,
    unreadable: fc.constantFrom([], ['id'], ['label']),
  })
  .map(rowOf);
const retiring = acceptDestroy(retireAttempt(verified, 'lease-ended'), at('12:31'));
const anyOpen = fc.constantFrom<Attempt>(unanswered, unverified, verified, retiring);

describe('claims', () => {
  it('sort each row of a lease into at most one kind', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 5 }), anyOpen, (rows, attempt) => {
        const { ours, doubtful, notOurs } = claimsOf(rows, { id: aLeaseId(), attempts: [attempt] });
        expect(ours.length + doubtful.length + notOurs.length).toBeLessThanOrEqual(rows.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it('call no row ours without its tag, a part of it, or its birth', () => {
    fc.assert(
      fc.property(anyRow, anyOpen, (row, attempt) => {
        const found = claimOf(row, attempt, { id: aLeaseId(), attempts: [attempt] });
        if (found !== 'tagged' && found !== 'born-ours') return;
        const { label, birth, id } = row.instance;
        const bySame = 'birth' in attempt && attempt.birth?.createdAt === birth.createdAt;
        const byHost = 'birth' in attempt && attempt.birth?.hostId === birth.hostId;
        const held = 'instanceId' in attempt && attempt.instanceId === id;
        const byTag = attempt.tag.startsWith(label ?? '') && (held || (label ?? '').length > 28);
        expect(byTag || (held && (bySame || byHost))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('never let a row with the tag of an open attempt pass as absent', () => {
    fc.assert(
      fc.property(anyBirth, anyOpen, fc.boolean(), (birth, attempt, held) => {
        const row = rowOf({ birth, ...(held ? {} : elsewhere) });
        const { ours } = claimsOf([row], { id: aLeaseId(), attempts: [attempt] });
        expect(ours).toHaveLength(1);
      }),
    );
  });

  it('never call the row of a verified instance with its birth absent, whatever its label', () => {
    fc.assert(
      fc.property(anyLabel, (label) => {
        const { ours } = claimsOf([rowOf({ label })], { id: aLeaseId(), attempts: [verified] });
        expect(ours).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });
});
