// The states of an attempt: it is over only when no instance of it can exist, and a repeat never
// overwrites the first record.

import { describe, expect, it } from 'vitest';
import {
  Attempt,
  absenceFloor,
  isClosed,
  isHolding,
  isUnanswered,
  proofOf,
  refusalReason,
  triesOf,
} from '../../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  closeAttempt,
  closeNeverCreated,
  confirmAttempt,
  markOutcomeUnknown,
  observeRunning,
  recordAttempt,
  refuseAttempt,
  reopenDestroy,
  retireAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import {
  aDeployment,
  aLeaseId,
  anInstanceId,
  aSigner,
  at,
} from '../../../support/builders/base.ts';
import { anAccountOf, anOffer, aProof, aVerified } from '../../../support/builders/instance.ts';

const tag = tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 }, aSigner);
const intent = {
  number: 1,
  offer: anOffer(),
  tag,
  mayLandUntil: at('12:06'),
  account: anAccountOf(),
};
const recorded = recordAttempt(intent, at('12:01'));
const unknown = { ...markOutcomeUnknown(recorded), absentSince: at('12:07') };
const refused = refuseAttempt(recorded, 'offer-gone');
const created = aVerified(confirmAttempt(unknown, anInstanceId(), at('12:02')));
const retiring = retireAttempt(created, 'bad-host');
const accepted = acceptDestroy(retiring, at('12:10'));
const gone = closeAttempt({ ...accepted, absentSince: at('12:11') }, aProof(at('12:13')));
const never = closeNeverCreated(unknown, aProof(at('12:09')));
const all: readonly Attempt[] = [recorded, unknown, refused, created, retiring, gone, never];

describe('an attempt', () => {
  it.each(all)('is parsed unchanged from its stored form when it is $state', (attempt) => {
    expect(Attempt.parse(JSON.parse(JSON.stringify(attempt)))).toEqual(attempt);
  });

  it.each(all)('is exactly one of unanswered, holding and closed when it is $state', (attempt) => {
    const kinds = [isUnanswered(attempt), isHolding(attempt), isClosed(attempt)];
    expect(kinds.filter((kind) => kind)).toHaveLength(1);
  });

  it('is closed when refused, gone or never created', () => {
    expect(all.filter(isClosed)).toEqual([refused, gone, never]);
    expect(all.filter(isUnanswered)).toEqual([recorded, unknown]);
  });

  it('has no number that does not fit into a tag', () => {
    expect(Attempt.safeParse({ ...recorded, number: 100 }).success).toBe(false);
    expect(Attempt.safeParse({ ...recorded, number: 0 }).success).toBe(false);
  });
});

describe('repeating a move', () => {
  it('keeps the record of an attempt with an unknown outcome', () => {
    expect(markOutcomeUnknown(unknown)).toEqual(unknown);
    expect(markOutcomeUnknown(recorded).absentSince).toBeNull();
  });

  it('keeps the first reason for retiring', () => {
    expect(retireAttempt(retiring, 'price-rose')).toEqual(retiring);
  });

  it('keeps the first acceptance of a destroy, which stops the charge', () => {
    expect(acceptDestroy(accepted, at('12:40')).destroyAcceptedAt).toBe(at('12:10'));
  });

  it('keeps the first sighting', () => {
    const first = observeRunning(created, at('12:03'));
    expect(observeRunning(first, at('12:05')).runningAt).toBe(at('12:03'));
  });
});

it('reopens a destroy without effect, and the charge continues', () => {
  const doubted = reopenDestroy({ ...accepted, absentSince: at('12:11') });
  expect(doubted).toEqual(retiring);
  expect(absenceFloor([doubted])).toBeNull();
});

describe('the proof of a lease', () => {
  it('is missing while any attempt may hold an instance', () => {
    for (const attempt of [recorded, unknown, created, retiring]) {
      expect(proofOf([gone, attempt, never])).toBeNull();
    }
  });

  it('is the newest of all its attempts', () => {
    expect(proofOf([gone, never, refused])).toEqual(aProof(at('12:13')));
    expect(proofOf([never, gone])).toEqual(aProof(at('12:13')));
  });

  it('is empty when no create call created an instance', () => {
    expect(proofOf([refused])).toEqual({ by: 'nothing-created' });
    expect(proofOf([])).toEqual({ by: 'nothing-created' });
  });
});

describe('the floor of absence', () => {
  it('is the last time at which an instance can appear or be destroyed', () => {
    expect(absenceFloor([unknown, accepted])).toBe(at('12:10'));
    expect(absenceFloor([recorded])).toBe(at('12:06'));
    expect(absenceFloor([gone, never, refused])).toBe(0);
  });

  it('is missing until every destroy was accepted', () => {
    expect(absenceFloor([accepted, created])).toBeNull();
    expect(absenceFloor([accepted, retiring])).toBeNull();
  });
});

describe('the carried-out attempts of a lease', () => {
  it('are all attempts except those whose create call was not carried out', () => {
    const limited = refuseAttempt(recorded, 'rate-limited');
    const late = refuseAttempt(recorded, 'too-late');
    expect(triesOf([limited, refused, late, gone, never])).toEqual([refused, gone, never]);
  });

  it('have a reason only when the provider refused', () => {
    expect([refused, gone, recorded].map(refusalReason)).toEqual(['offer-gone', null, null]);
  });
});
