// The effect of an action on its current lease.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import {
  endFoundLease,
  type FoundEnd,
  findingEvent,
} from '../../../../shared/core/sweep/carry-out.ts';
import { aDeployment, aLeaseId, anInstanceId, at } from '../../../support/builders/base.ts';
import { anActiveLease, anEndingLease } from '../../../support/builders/lease.ts';
import { aSweepRecord } from '../../../support/builders/sweeps.ts';

const owner = { deployment: aDeployment, leaseId: aLeaseId(), attempt: 2 };
const lease = anActiveLease();

describe('an instance that is destroyed', () => {
  const destroy = {
    kind: 'destroy',
    id: anInstanceId('9'),
    owner,
    under: 'key-one',
    again: false,
  } as const;

  it.each([
    ['twin', 'twin-found', 'is not the instance of this lease'],
    ['orphan', 'orphan-found', 'still runs after this lease ended'],
  ] as const)('as a %s is named on its lease', (found, type, words) => {
    const event = findingEvent({ ...destroy, found });
    expect(event?.type).toBe(type);
    expect(event?.reason).toContain(`instance 9, created by attempt 2, ${words}`);
  });

  it('has one event, and none without a recorded lease', () => {
    expect(findingEvent({ ...destroy, found: 'twin', again: true })).toBeNull();
    expect(findingEvent({ ...destroy, found: 'unrecorded' })).toBeNull();
  });
});

describe('an instance that is missing or stopped', () => {
  const found: FoundEnd = {
    ...{ instanceId: anInstanceId(), reason: 'lost', why: 'missed twice' },
    ...{ record: aSweepRecord({ listedAt: at('12:10') }), listLag: seconds(30) },
  };

  it('ends its active lease, and was last seen when it was last listed', () => {
    const ending = endFoundLease(lease, found, at('12:20'));
    expect(ending).toMatchObject({ state: 'ending', reason: 'lost' });
    expect(ending?.attempts).toMatchObject([{ lastSeenAt: at('12:10') }]);
  });

  it('does not change the charge when it was never listed, or is stopped', () => {
    const unseen = endFoundLease(lease, { ...found, record: null }, at('12:20'));
    expect(unseen?.attempts).toMatchObject([{ lastSeenAt: null }]);
    const stopped = endFoundLease(lease, { ...found, reason: 'interrupted' }, at('12:20'));
    expect(stopped).toMatchObject({ reason: 'interrupted', attempts: [{ lastSeenAt: null }] });
  });

  it('ends no lease with another instance, and none that is not active', () => {
    const other = { ...found, instanceId: anInstanceId('9') };
    expect(endFoundLease(lease, other, at('12:20'))).toBeNull();
    expect(endFoundLease(anEndingLease(), found, at('12:40'))).toBeNull();
  });
});
