// Which instances must be destroyed, and what the provider's responses mean for their attempts.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import {
  acceptDestroy,
  markOutcomeUnknown,
  retireAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import {
  adoptSightings,
  applyDestroyFailure,
  applyDestroyOutcome,
  heldTargets,
  isWithinListLag,
  recordStillPresent,
  unacceptedTargets,
} from '../../../../shared/core/lease/teardown.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import { anAttempt, lived } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anEndedLease,
  anEndingLease,
} from '../../../support/builders/lease.ts';
import { aSighting } from '../../../support/builders/sightings.ts';

const ending = anEndingLease();
const [target] = heldTargets(ending);
if (target === undefined) throw new Error('an ending lease holds an instance');
const nothingKnown = { usage: null, runningSince: null, seenAt: [] };

const accepted = (lease: Lease): Lease =>
  applyDestroyOutcome(lease, { ...target, how: 'accepted', last: nothingKnown }, at('12:31'));
const typesOf = ({ outbox }: Lease) => outbox.events.map(({ type }) => type);

describe('targets', () => {
  it('are the instances that attempts hold, with their reason', () => {
    expect(heldTargets(ending)).toEqual([
      {
        ...{ leaseId: ending.id, attempt: 1, provider: 'vastai', instanceId: anInstanceId() },
        reason: 'lease-ended',
        evidenceAt: null,
      },
    ]);
    const [attempt] = ending.attempts;
    if (attempt?.state !== 'created') throw new Error('its instance was created');
    const given = withAttempt(ending, retireAttempt(attempt, 'bad-host'));
    expect(heldTargets(given)).toMatchObject([{ reason: 'bad-host' }]);
  });

  it('are destroyed once, unless accepted ones are included', () => {
    expect(unacceptedTargets(ending)).toEqual(heldTargets(ending));
    expect(unacceptedTargets(accepted(ending))).toEqual([]);
    expect(heldTargets(accepted(ending))).toHaveLength(1);
  });

  it('are empty without an instance', () => {
    expect(heldTargets(anEndingLease(aLaunchingLease()))).toEqual([]);
    expect(heldTargets(anEndedLease())).toEqual([]);
  });
});

describe('a destroy outcome', () => {
  it('stops the charge when it is accepted', () => {
    const lease = accepted(ending);
    expect(currentAttempt(lease)).toMatchObject({
      state: 'retiring',
      destroyAcceptedAt: at('12:31'),
      chargedUntil: null,
    });
    expect(typesOf(lease).at(-1)).toBe('destroy-accepted');
  });

  it('charges from the first sighting when the instance was not known to run', () => {
    const booting = anEndingLease(aBootingLease());
    const last = { ...nothingKnown, runningSince: at('12:05') };
    const destroyed = applyDestroyOutcome(
      booting,
      { ...target, how: 'accepted', last },
      at('12:31'),
    );
    expect(currentAttempt(destroyed)).toMatchObject({ runningAt: at('12:05') });
    const known = applyDestroyOutcome(ending, { ...target, how: 'accepted', last }, at('12:31'));
    expect(currentAttempt(known)).toMatchObject({ runningAt: at('12:03') });
  });

  it('charges until the last sighting when it is absent', () => {
    const usage = { bytes: null, bytesAt: null, idleSince: null };
    const last = { usage, runningSince: null, seenAt: [at('12:20')] };
    const outcome = { ...target, how: 'absent', last } as const;
    expect(currentAttempt(applyDestroyOutcome(ending, outcome, at('12:31')))).toMatchObject({
      destroyAcceptedAt: at('12:31'),
      chargedUntil: at('12:20'),
      usage: last.usage,
    });
  });

  it('changes nothing when repeated', () => {
    const lease = accepted(ending);
    expect(accepted(lease)).toBe(lease);
  });

  it('changes nothing for an attempt without an instance', () => {
    const ended = anEndedLease();
    expect(accepted(ended)).toBe(ended);
    const other = { ...target, attempt: 7, how: 'accepted', last: nothingKnown } as const;
    expect(applyDestroyOutcome(ending, other, at('12:31'))).toBe(ending);
  });
});

describe('a destroy that fails', () => {
  const failed = (lease: Lease) =>
    applyDestroyFailure(lease, { ...target, cause: 'ProviderDown: 503' }, at('12:31'));

  it('adds an event with its cause, and counts as a sighting', () => {
    const lease = failed(ending);
    expect(currentAttempt(lease)).toMatchObject({ state: 'created', lastSeenAt: at('12:31') });
    expect(lease.outbox.events.at(-1)).toMatchObject({
      type: 'destroy-failed',
      reason: 'destroy of instance 4711 failed; it may still run: ProviderDown: 503',
    });
  });

  it('keeps the first sighting, and changes no ended lease', () => {
    const again = applyDestroyFailure(
      failed(ending),
      { ...target, cause: 'ProviderDown: 503' },
      at('12:40'),
    );
    expect(currentAttempt(again)).toMatchObject({ lastSeenAt: at('12:31') });
    const ended = anEndedLease();
    expect(failed(ended)).toBe(ended);
  });
});

describe('a listed instance', () => {
  const unanswered = anEndingLease(aLaunchingLease());

  it('confirms the unanswered attempt of its tag', () => {
    const lease = adoptSightings(unanswered, [aSighting(1)], at('12:32'));
    expect(currentAttempt(lease)).toMatchObject({
      state: 'created',
      instanceId: anInstanceId(),
      createdAt: at('12:01'),
    });
    expect(typesOf(lease).at(-1)).toBe('instance-found');
  });

  it('changes nothing when an instance is known, or before the lease ends', () => {
    expect(adoptSightings(ending, [aSighting(1)], at('12:32'))).toBe(ending);
    expect(adoptSightings(unanswered, [aSighting(2)], at('12:32'))).toBe(unanswered);
    const launching = aLaunchingLease();
    expect(adoptSightings(launching, [aSighting(1)], at('12:32'))).toBe(launching);
  });

  it('reopens the destroy after the list lag, and the charge continues', () => {
    const { instance } = aSighting(1);
    const lease = recordStillPresent(accepted(ending), 1, { instance, at: at('12:35') });
    expect(currentAttempt(lease)).toMatchObject({
      state: 'retiring',
      destroyAcceptedAt: null,
      lastSeenAt: at('12:35'),
    });
  });

  it('counts as running from its creation when its start was not observed', () => {
    const found = adoptSightings(unanswered, [aSighting(1)], at('12:32'));
    const [running, starting] = (['running', 'starting'] as const).map((status) =>
      recordStillPresent(found, 1, {
        instance: aSighting(1, { status }).instance,
        at: at('12:32'),
      }),
    );
    expect(running?.attempts).toMatchObject([{ runningAt: at('12:01') }]);
    expect(starting?.attempts).toMatchObject([{ runningAt: null, lastSeenAt: at('12:32') }]);
  });
});

describe('the list lag', () => {
  const attempt = lived({
    ...{ created: at('12:02'), running: at('12:03') },
    destroyed: at('12:31'),
  });
  it('covers an instance whose destroy was accepted within it', () => {
    const lag = seconds(30);
    expect(isWithinListLag(attempt, at('12:31:29'), lag)).toBe(true);
    expect(isWithinListLag(attempt, at('12:31:30'), lag)).toBe(false);
  });

  it('covers no instance whose destroy was not accepted', () => {
    const lag = seconds(30);
    expect(isWithinListLag(undefined, at('12:31'), lag)).toBe(false);
    expect(isWithinListLag(markOutcomeUnknown(anAttempt(1)), at('12:31'), lag)).toBe(false);
    const retiring = { ...acceptDestroy(attempt, at('12:31')), destroyAcceptedAt: null };
    expect(isWithinListLag(retiring, at('12:31'), lag)).toBe(false);
  });
});
