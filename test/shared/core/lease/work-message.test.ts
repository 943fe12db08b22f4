// The two forms of messages in the work queues, and their groups and de-duplication ids.

import { describe, expect, it } from 'vitest';
import { brandId, InstanceId } from '../../../../shared/core/base/ids.ts';
import { epochMs } from '../../../../shared/core/base/time.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import {
  type DestroyMessage,
  destroyDeduplicationId,
  messageGroupOf,
  type StepMessage,
  stepDeduplicationId,
  WorkMessage,
} from '../../../../shared/core/lease/work-message.ts';
import {
  aDeployment,
  aLeaseId,
  anInstanceId,
  aSigner,
  at,
} from '../../../support/builders/base.ts';

const aStep: StepMessage = { lease: aLeaseId(), generation: 1, step: 'launch', turn: 3 };
const aDestroy: DestroyMessage = {
  provider: 'vastai',
  account: { key: 'fingerprint', id: null },
  instance: anInstanceId(),
  tag: tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 }, aSigner),
  by: 'sweep',
};

describe('a message', () => {
  it.each([
    ['a step of the whole lease', aStep],
    ['a step of one attempt', { ...aStep, step: 'destroy', attempt: 99 }],
    ['a destroy without turn', aDestroy],
    ['a destroy under an account that is not recorded', { ...aDestroy, account: null }],
  ])('is %s', (_, message) => {
    expect(WorkMessage.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it.each([
    ['a step that no worker carries out', { ...aStep, step: 'serve' }],
    ['an unknown step', { ...aStep, step: 'Launch instance' }],
    ['no turn', { ...aStep, turn: undefined }],
    ['turn 0', { ...aStep, turn: 0 }],
    ['generation 1.5', { ...aStep, generation: 1.5 }],
    ['attempt 100', { ...aStep, attempt: 100 }],
    ['a foreign lease id', { ...aStep, lease: 'lease' }],
    ['an unknown provider', { ...aDestroy, provider: 'nobody' }],
    ['a foreign tag', { ...aDestroy, tag: 'someone-else' }],
    ['an unknown sender', { ...aDestroy, by: 'console' }],
    ['text', 'launch'],
    ['null', null],
  ])('is refused with %s', (_, message) => {
    expect(WorkMessage.safeParse(message).success).toBe(false);
  });
});

describe('the message group', () => {
  it('is provider, class and lane', () => {
    expect(messageGroupOf('vastai', 'destroy', 2)).toBe('vastai#destroy#2');
  });
});

describe('the de-duplication id of a step', () => {
  it('is lease, turn, step, attempt and send', () => {
    expect(stepDeduplicationId({ ...aStep, attempt: 2 }, 1)).toBe(`${aLeaseId()}-3-launch-2-1`);
  });

  it('has attempt 0 for the whole lease', () => {
    expect(stepDeduplicationId(aStep, 4)).toBe(`${aLeaseId()}-3-launch-0-4`);
  });
});

describe('the de-duplication id of a destroy', () => {
  it('is instance, sender and the number of the 5 minutes since 1970', () => {
    expect(destroyDeduplicationId(aDestroy, epochMs(0))).toBe('4711-sweep-0');
    expect(destroyDeduplicationId(aDestroy, epochMs(300_000))).toBe('4711-sweep-1');
  });

  it('is the same within 5 minutes, and not afterwards', () => {
    const [first, last, next] = ['12:00', '12:04:59', '12:05'].map((time) =>
      destroyDeduplicationId(aDestroy, at(time)),
    );
    expect(last).toBe(first);
    expect(next).not.toBe(first);
  });
});

describe('every id', () => {
  // SQS allows 128 letters, digits and punctuation marks (API reference, November 2026).
  const ALLOWED = /^[!-~]{1,128}$/;

  it('is one that SQS allows, however long its parts', () => {
    const instance = brandId(InstanceId, 'i'.repeat(80));
    const step = { ...aStep, attempt: 99, turn: Number.MAX_SAFE_INTEGER };
    for (const id of [
      messageGroupOf('vastai', 'destroy', 99),
      stepDeduplicationId(step, Number.MAX_SAFE_INTEGER),
      destroyDeduplicationId({ ...aDestroy, instance, by: 'deadline' }, at('23:59')),
    ]) {
      expect(id).toMatch(ALLOWED);
    }
  });
});
