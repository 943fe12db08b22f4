// When the instance of an attempt may be destroyed: only with evidence that it is ours, or, once it
// was verified, after evidence could not be had for long.

import { describe, expect, it } from 'vitest';
import { after as afterwards, minutes } from '../../../../shared/core/base/time.ts';
import { confirmAttempt } from '../../../../shared/core/instance/attempt-moves.ts';
import type { Instance } from '../../../../shared/core/instance/instance.ts';
import { readRows } from '../../../../shared/core/instance/sighting.ts';
import {
  decideDestroy,
  type Evidence,
  hasEvidence,
} from '../../../../shared/core/lease/destroy-evidence.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { confirmInstance, withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { heldTargets } from '../../../../shared/core/lease/teardown.ts';
import { aDeployment, anInstanceId, aSigner, at } from '../../../support/builders/base.ts';
import { aLaunchingLease, anActiveLease, anEndingLease } from '../../../support/builders/lease.ts';
import { aBirth, anInstance } from '../../../support/builders/sightings.ts';

const verified = anEndingLease(anActiveLease());
const launching = aLaunchingLease();
const recorded = currentAttempt(launching);
if (recorded?.state !== 'recorded') throw new Error('a launching lease has a recorded attempt');
const booting = confirmInstance(launching, confirmAttempt(recorded, anInstanceId(), at('12:02')));
const unverified = anEndingLease(booting);

const rowOf = (change: Partial<Instance> = {}): Evidence => {
  const [row] = readRows([anInstance(change)], { deployment: aDeployment, signer: aSigner });
  if (row === undefined) throw new Error('one instance is one row');
  return { kind: 'row', row };
};
const renamed = rowOf({ label: 'renamed' });
const stranger = rowOf({ label: 'renamed', birth: aBirth({ createdAt: at('12:20') }) });

const decide = (lease: Lease, evidence: Evidence, now = at('12:31')) => {
  const [target] = heldTargets(lease);
  if (target === undefined) throw new Error('the lease holds an instance');
  return decideDestroy(lease, { target, evidence }, now);
};
const lastEvent = (lease: Lease | null) => lease?.outbox.events.at(-1)?.type;

describe('an instance that was verified', () => {
  it('is destroyed when it is shown as ours, whatever its label', () => {
    expect(decide(verified, rowOf())).toEqual({ commit: null, result: 'destroy' });
    expect(decide(verified, renamed)).toEqual({ commit: null, result: 'destroy' });
  });

  it('is gone when its number is not known, or belongs to another instance', () => {
    expect(decide(verified, { kind: 'absent' }).result).toBe('gone');
    expect(decide(verified, stranger).result).toBe('gone');
  });

  it('is destroyed under another account, whose "not found" says nothing', () => {
    expect(decide(verified, { kind: 'other-account' }).result).toBe('destroy');
  });

  it('is destroyed all the same once no evidence could be had for ten minutes', () => {
    const first = decide(verified, { kind: 'no-response' });
    expect(first).toMatchObject({
      ...{ result: 'wait', commit: { attempts: [{ noEvidenceSince: at('12:31') }] } },
    });
    const waiting = first.commit ?? verified;
    const later = (count: number) => afterwards(at('12:31'), minutes(count));
    expect(decide(waiting, { kind: 'no-response' }, later(9))).toEqual({
      ...{ commit: null, result: 'wait' },
    });
    expect(decide(waiting, { kind: 'no-response' }, later(10)).result).toBe('destroy');
  });
});

describe('an instance that was never verified', () => {
  it('is verified and destroyed when it is shown with its tag', () => {
    const { commit, result } = decide(unverified, rowOf());
    expect(result).toBe('destroy');
    expect(commit?.attempts).toMatchObject([{ birth: aBirth() }]);
  });

  it('is never destroyed without evidence', () => {
    for (const kind of ['absent', 'other-account', 'no-response'] as const) {
      expect(decide(unverified, { kind }, at('23:00'))).toEqual({ commit: null, result: 'wait' });
    }
  });

  it('is left alone when it is another instance, and its own is searched for', () => {
    const { commit, result } = decide(unverified, stranger);
    expect(result).toBe('leave');
    expect(commit?.attempts).toMatchObject([{ state: 'unknown' }]);
    expect(lastEvent(commit)).toBe('instance-not-ours');
    const searching = decide(booting, stranger).commit;
    expect(searching).toMatchObject({ state: 'launching', attempts: [{ state: 'unknown' }] });
  });

  it('waits while nothing confirms it, with one event', () => {
    const { commit, result } = decide(unverified, renamed);
    expect([result, lastEvent(commit)]).toEqual(['wait', 'instance-doubtful']);
    expect(decide(commit ?? unverified, renamed)).toEqual({ commit: null, result: 'wait' });
    const cleared = decide(commit ?? unverified, rowOf()).commit;
    expect(cleared?.attempts).toMatchObject([{ doubtfulSince: null }]);
  });
});

describe('evidence of a listing', () => {
  it('counts for five minutes', () => {
    const [target] = heldTargets(verified);
    if (target === undefined) throw new Error('the lease holds an instance');
    const shown = { ...target, evidenceAt: at('12:31') };
    expect(hasEvidence(shown, at('12:36'))).toBe(true);
    expect(hasEvidence(shown, at('12:36:01'))).toBe(false);
    expect(hasEvidence(target, at('12:31'))).toBe(false);
  });
});

describe('a target that the attempt does not hold any more', () => {
  it('is left alone', () => {
    const [target] = heldTargets(verified);
    const attempt = currentAttempt(verified);
    if (target === undefined || attempt === undefined) throw new Error('it holds an instance');
    const other = { ...target, instanceId: anInstanceId('9') };
    const lease = withAttempt(verified, attempt);
    expect(decideDestroy(lease, { target: other, evidence: rowOf() }, at('12:31'))).toEqual({
      ...{ commit: null, result: 'leave' },
    });
  });
});
