// What each move writes, and which moves the types alone cannot prevent.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { currentAttempt } from '../../../../shared/core/lease/lease.ts';
import {
  activate,
  closeLease,
  confirmInstance,
} from '../../../../shared/core/lease/lease-moves.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer, aProof } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
  withAllClosed,
} from '../../../support/builders/lease.ts';

describe('a requested lease', () => {
  it('starts with its hold in the ledger and a first event', () => {
    const { outbox, state, version, hold } = aRequestedLease();
    expect({ state, version }).toEqual({ state: 'requested', version: 1 });
    expect(outbox.entries).toMatchObject([
      { seq: 1, kind: 'hold-placed', amountMicroUsd: hold.amountMicroUsd, month: '2026-11' },
    ]);
    expect(outbox.events).toMatchObject([{ seq: 1, type: 'lease-requested', at: at('12:00') }]);
  });
});

describe('an attempt', () => {
  it('takes the chosen offer, and is recorded before anything is created', () => {
    const launching = aLaunchingLease();
    expect(launching).toMatchObject({ state: 'launching', chosen: null });
    expect(currentAttempt(launching)).toMatchObject({ state: 'recorded', offer: anOffer() });
  });

  it('never starts while another may hold an instance', () => {
    expect(() => aLaunchingLease(aBootingLease())).toThrow('only when all others are over');
    expect(() => aLaunchingLease(aLaunchingLease())).toThrow('only when all others are over');
  });
});

describe('a lease', () => {
  it('boots only with a created instance', () => {
    const launching = aLaunchingLease();
    const attempt = currentAttempt(launching);
    if (attempt === undefined) throw new Error('a launching lease has an attempt');
    expect(() => confirmInstance(launching, attempt)).toThrow('only a created instance boots');
  });

  it('becomes active only with a created instance', () => {
    const attempt = currentAttempt(aLaunchingLease());
    if (attempt === undefined) throw new Error('a launching lease has an attempt');
    const ready = { attempt, deadline: at('14:00'), ssh: [], facts: null, reason: 'ready' };
    expect(() => activate(aBootingLease(), ready, at('12:05'))).toThrow(
      'only a created instance can become active',
    );
  });

  it('has a duration that starts when it is active', () => {
    const active = anActiveLease();
    expect(active).toMatchObject({ activeAt: at('12:04'), deadline: at('13:04') });
    expect(active).not.toHaveProperty('env');
    expect(active).not.toHaveProperty('chosen');
  });

  it('keeps activeAt while it ends', () => {
    expect(anEndingLease().activeAt).toBe(at('12:04'));
    expect(anEndingLease(aBootingLease()).activeAt).toBeNull();
    expect(anEndingLease(aBootingLease(), 'cancelled')).not.toHaveProperty('env');
  });

  it('never closes while an attempt may hold an instance, with any proof', () => {
    const close = () => closeLease(anEndingLease(), aProof(), at('12:34'));
    expect(close).toThrow('only when all attempts are over');
  });
});

describe('an ended lease', () => {
  it('is charged for its disk from 12:02 and its GPU from 12:03, both until 12:31', () => {
    // 29 min of 20 GB at $0.0002 and 28 min at $0.40, each rounded up.
    expect(anEndedLease().chargedMicroUsd).toBe(1_934 + 186_667);
  });

  it('splits its hold into charge and rest', () => {
    const { outbox, hold, chargedMicroUsd } = anEndedLease();
    expect(outbox.entries.map(({ kind, amountMicroUsd }) => [kind, amountMicroUsd])).toEqual([
      ['hold-placed', hold.amountMicroUsd],
      ['charge', chargedMicroUsd],
      ['hold-released', hold.amountMicroUsd - chargedMicroUsd],
    ]);
  });

  it('records the overrun of its hold', () => {
    const ending = withAllClosed(anEndingLease());
    const hold = { ...ending.hold, amountMicroUsd: microUsd(188_000) };
    const { outbox } = closeLease({ ...ending, hold }, aProof(), at('12:34'));
    expect(
      outbox.entries.slice(1).map(({ kind, amountMicroUsd }) => [kind, amountMicroUsd]),
    ).toEqual([
      ['charge', 188_601],
      ['hold-released', 0],
      ['overrun', 601],
    ]);
    expect(outbox.events.slice(-2).map(({ type, reason }) => [type, reason])).toEqual([
      ['hold-outgrown', 'the charge exceeds the hold by $0.000601'],
      ['lease-ended', 'charged $0.188601; $0.0000 of the hold released'],
    ]);
  });

  it('keeps the reason for which it started to end', () => {
    expect(anEndedLease(anEndingLease(anActiveLease(), 'silent'))).toMatchObject({
      reason: 'silent',
      endingAt: at('12:30'),
      endedAt: at('12:34'),
      proof: aProof(),
    });
  });
});
