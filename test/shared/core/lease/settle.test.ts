// Settlement closes a lease only with its absence proof.

import { describe, expect, it } from 'vitest';
import { settleLease } from '../../../../shared/core/lease/settle.ts';
import { at } from '../../../support/builders/base.ts';
import {
  anActiveLease,
  anEndedLease,
  anEndingLease,
  withAllClosed,
} from '../../../support/builders/lease.ts';

const input = { leaseId: anActiveLease().id, generation: 1 };
const settle = (lease: Parameters<typeof settleLease>[0]) => settleLease(lease, input, at('12:34'));

describe('a settlement', () => {
  it('closes and charges a lease whose instances are proved absent', () => {
    const { commit, result } = settle(withAllClosed(anEndingLease()));
    expect(commit).toMatchObject({ state: 'ended', endedAt: at('12:34') });
    expect(commit?.outbox.entries.map(({ kind }) => kind)).toContain('charge');
    expect(result.kind).toBe('done');
  });

  it.each([
    ['may still hold an instance', anEndingLease(), 'absence-pending'],
    ['does not end', anActiveLease(), 'absence-pending'],
    ['is ended', anEndedLease(), 'done'],
    ['has a newer generation', { ...withAllClosed(anEndingLease()), generation: 2 }, 'superseded'],
  ])('changes nothing for a lease that %s', (_, lease, kind) => {
    expect(settle(lease)).toMatchObject({ commit: null, result: { kind } });
  });
});
