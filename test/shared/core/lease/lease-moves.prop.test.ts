// Random walks over all legal moves of a lease, as the steps make them: in any order, every lease
// ends through `ending`, its events have no gap, and its money adds up.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  after as afterwards,
  type EpochMs,
  minutes,
  seconds,
} from '../../../../shared/core/base/time.ts';
import { type Attempt, isClosed, proofOf } from '../../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  closeAttempt,
  closeNeverCreated,
  confirmAttempt,
  markOutcomeUnknown,
  observeRunning,
  refuseAttempt,
  reopenDestroy,
  retireAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import { currentAttempt, isOver, isStarting, Lease } from '../../../../shared/core/lease/lease.ts';
import {
  activate,
  chooseOffer,
  closeLease,
  confirmInstance,
  endLease,
  startAttempt,
  withAttempt,
} from '../../../../shared/core/lease/lease-moves.ts';
import { totalsOf } from '../../../../shared/core/ledger/entry.ts';
import { aDeployment, anInstanceId, aSigner, at } from '../../../support/builders/base.ts';
import { anOffer, aProof } from '../../../support/builders/instance.ts';
import { aRequestedLease } from '../../../support/builders/lease.ts';

type Move = (now: EpochMs) => Lease;

/** The moves of one attempt, in any state of its lease. */
function attemptMoves(attempt: Attempt): readonly ((now: EpochMs) => Attempt)[] {
  switch (attempt.state) {
    case 'recorded':
      return [
        () => markOutcomeUnknown(attempt),
        () => refuseAttempt(attempt, 'offer-gone'),
        (now) => closeNeverCreated(attempt, aProof(now)),
      ];
    case 'unknown':
      return [(now) => closeNeverCreated(attempt, aProof(now))];
    case 'created':
      return [(now) => observeRunning(attempt, now), () => retireAttempt(attempt, 'bad-host')];
    case 'retiring':
      return [
        (now) => acceptDestroy(attempt, now),
        () => reopenDestroy(attempt),
        (now) => closeAttempt(attempt, aProof(now)),
      ];
    default:
      return [];
  }
}

/** The instance of an unanswered attempt is found. */
function adoption(lease: Lease, attempt: Attempt): readonly Move[] {
  if (attempt.state !== 'recorded' && attempt.state !== 'unknown') return [];
  return [
    (now) => {
      const created = confirmAttempt(attempt, anInstanceId(), now);
      const launching = lease.state === 'launching';
      return launching ? confirmInstance(lease, created) : withAttempt(lease, created);
    },
  ];
}

function startingMoves(lease: Lease): readonly Move[] {
  if (!isStarting(lease)) return [];
  const number = lease.attempts.length + 1;
  const tag = tagOf({ deployment: aDeployment, leaseId: lease.id, attempt: number }, aSigner);
  const offer = anOffer();
  const choose: Move = (now) => chooseOffer(lease, { offer, reason: 'the cheapest' }, now);
  const begin: Move = (now) =>
    startAttempt(
      lease,
      { number, offer, tag, mayLandUntil: afterwards(now, minutes(5)), account: null },
      now,
    );
  return lease.attempts.every(isClosed) && number <= 99 ? [choose, begin] : [choose];
}

/** Readiness, and the two moves to the end. */
function lateMoves(lease: Lease): readonly Move[] {
  if (lease.state === 'ending') {
    const proof = proofOf(lease.attempts);
    return proof === null ? [] : [(now) => closeLease(lease, proof, now)];
  }
  if (isOver(lease)) return [];
  const end: Move = (now) => endLease(lease, { reason: 'released', why: 'a walk said so' }, now);
  const attempt = currentAttempt(lease);
  if (lease.state !== 'booting' || attempt?.state !== 'created') return [end];
  const ready = { attempt, ssh: [], facts: null, reason: 'ready' };
  return [end, (now) => activate(lease, { ...ready, deadline: afterwards(now, minutes(60)) }, now)];
}

const movesOf = (lease: Lease): readonly Move[] => [
  ...lease.attempts.flatMap((attempt) => [
    ...adoption(lease, attempt),
    ...attemptMoves(attempt).map(
      (move): Move =>
        (now) =>
          withAttempt(lease, move(now)),
    ),
  ]),
  ...startingMoves(lease),
  ...lateMoves(lease),
];

const choices = fc.array(fc.tuple(fc.nat(1_000), fc.integer({ min: 0, max: 900 })), {
  minLength: 5,
  maxLength: 60,
});

/** Walks by the choices, then to the end: the last offered move always makes progress. */
function walk(steps: readonly (readonly [number, number])[]): readonly Lease[] {
  let lease: Lease = aRequestedLease();
  let now = at('12:00');
  const path: Lease[] = [lease];
  const take = (move: Move | undefined) => {
    if (move === undefined) return;
    lease = move(now);
    path.push(lease);
  };
  for (const [choice, pause] of steps) {
    now = afterwards(now, seconds(pause));
    const moves = movesOf(lease);
    take(moves[choice % Math.max(1, moves.length)]);
  }
  if (!isOver(lease)) {
    const open = lease;
    take((then) => endLease(open, { reason: 'expired', why: 'the walk is over' }, then));
  }
  // Teardown: three moves for each attempt at most, then the close.
  for (let rest = 4 * lease.attempts.length + 1; rest > 0; rest -= 1) take(movesOf(lease).at(-1));
  return path;
}

function always(law: (path: readonly Lease[]) => void, how: { seed?: number } = {}) {
  fc.assert(
    fc.property(choices, (steps) => law(walk(steps))),
    { numRuns: 300, ...how },
  );
}

/** Walks that are known to pass every arrow at least once. */
const EVERYWHERE = { seed: 7 };

const last = (path: readonly Lease[]) => {
  const lease = path.at(-1);
  if (lease?.state !== 'ended') throw new Error(`a walk stopped as ${lease?.state}`);
  return lease;
};

describe('on any path', () => {
  it('a lease makes only moves of the diagram, and ends only through ending', () => {
    const arrows = new Set<string>();
    always((path) => {
      for (const [place, lease] of path.slice(1).entries()) {
        const before = path[place]?.state;
        if (before !== lease.state) arrows.add(`${before} -> ${lease.state}`);
      }
      expect(last(path).state).toBe('ended');
    }, EVERYWHERE);
    expect([...arrows].sort()).toEqual([
      'active -> ending',
      'booting -> active',
      'booting -> ending',
      'booting -> launching',
      'ending -> ended',
      'launching -> booting',
      'launching -> ending',
      'requested -> ending',
      'requested -> launching',
    ]);
  });

  it('events are numbered without a gap, and never go back in time', () => {
    always((path) => {
      const { lastEvent, outbox } = last(path);
      expect(outbox.events.map(({ seq }) => seq)).toEqual(
        Array.from({ length: lastEvent }, (_, place) => place + 1),
      );
      const times = outbox.events.map((event) => event.at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });
  });

  it('entries are numbered without a gap, leave no hold, and add up to the charge', () => {
    always((path) => {
      const { lastEntry, outbox, chargedMicroUsd } = last(path);
      expect(outbox.entries.map(({ seq }) => seq)).toEqual(
        Array.from({ length: lastEntry }, (_, place) => place + 1),
      );
      expect(totalsOf(outbox.entries)).toMatchObject({ held: 0, charged: chargedMicroUsd });
    });
  });

  it('an ended lease has no instance, and its proof is that of its attempts', () => {
    always((path) => {
      const { attempts, proof } = last(path);
      expect(attempts.every(isClosed)).toBe(true);
      expect(proofOf(attempts)).toEqual(proof);
    });
  });

  it('every lease is parsed unchanged from its stored form', () => {
    always((path) => {
      for (const lease of path) {
        expect(Lease.parse(JSON.parse(JSON.stringify(lease)))).toEqual(lease);
      }
    });
  });

  it('the write-only values are dropped once the lease is active or ending', () => {
    always((path) => {
      for (const lease of path) {
        expect(JSON.stringify(lease).includes('secret')).toBe(isStarting(lease));
      }
    });
  });

  it('no attempt is ever removed', () => {
    always((path) => {
      for (const [place, lease] of path.slice(1).entries()) {
        const numbers = lease.attempts.map(({ number }) => number);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        expect(numbers.length).toBeGreaterThanOrEqual(path[place]?.attempts.length ?? 0);
      }
    });
  });
});
