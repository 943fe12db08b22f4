// What an attestation changes: it closes every open attempt of an ending lease, and says who
// attested and why.

import { describe, expect, it } from 'vitest';
import { isClosed, proofOf } from '../../../../shared/core/instance/attempt.ts';
import { planAttestation } from '../../../../shared/core/lease/attest.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import {
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  withAllClosed,
} from '../../../support/builders/lease.ts';

const attestation = { who: aConsumer, why: 'the account is closed', at: at('13:00') };
const plan = (lease: Lease) =>
  planAttestation(lease, { attestation, last: new Map() }, at('13:00'));

describe('an attestation', () => {
  it.each([
    ['an instance', anEndingLease(), 'gone'],
    ['an unanswered create', anEndingLease(aLaunchingLease()), 'never-created'],
  ])('closes %s, and is the proof of the lease', (_what, lease, state) => {
    const planned = plan(lease);
    if (planned.kind !== 'attest') throw new Error(`it is ${planned.kind}`);
    const { attempts, outbox } = planned.lease;
    expect(attempts.every(isClosed)).toBe(true);
    expect(attempts).toMatchObject([{ state, proof: { by: 'attested' } }]);
    expect(proofOf(attempts)).toEqual({ by: 'attested', ...attestation });
    expect(outbox.events.at(-1)).toMatchObject({
      type: 'absence-attested',
      reason: expect.stringContaining('which nothing proves: the account is closed'),
    });
  });

  it('charges an instance until its last heartbeat when no destroy was accepted', () => {
    const heard = { usage: null, runningSince: null, seenAt: [at('12:40')] };
    const planned = planAttestation(
      anEndingLease(),
      { attestation, last: new Map([[1, heard]]) },
      at('13:00'),
    );
    expect(planned).toMatchObject({ lease: { attempts: [{ chargedUntil: at('12:40') }] } });
  });

  it('is said of the whole lease, also when other attempts are proved', () => {
    const [proved] = withAllClosed(anEndingLease()).attempts;
    const lease = anEndingLease();
    if (proved === undefined) throw new Error('it has an attempt');
    const planned = plan({
      ...lease,
      attempts: [proved, { ...(lease.attempts[0] ?? proved), number: 2 }],
    });
    if (planned.kind !== 'attest') throw new Error(`it is ${planned.kind}`);
    expect(planned.lease.attempts).toMatchObject([{ proof: { by: 'listings' } }, {}]);
    expect(proofOf(planned.lease.attempts)).toMatchObject({ by: 'attested' });
  });

  it('changes no lease that is proved, and none that does not end yet', () => {
    expect(plan(withAllClosed(anEndingLease())).kind).toBe('unchanged');
    expect(plan(anEndedLease()).kind).toBe('unchanged');
    expect(plan(anActiveLease())).toEqual({
      ...{ kind: 'not-ending', why: 'the lease is active: release it first' },
    });
  });
});
