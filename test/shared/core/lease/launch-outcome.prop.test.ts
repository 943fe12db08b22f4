// The law of create outcomes: an attempt with a create outcome is never left in recorded.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyCreateAnswer,
  type CreateAnswer,
} from '../../../../shared/core/lease/launch-outcome.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { anyLease } from '../../../support/builders/arbitraries.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';

const launched: CreateAnswer = { kind: 'launched', instanceId: anInstanceId() };
const apply = (lease: Lease, answer: CreateAnswer) =>
  applyCreateAnswer(lease, { attempt: 1, answer, boot: { timeoutSeconds: 600 } }, at('12:02'));

describe('any create outcome', () => {
  const anyAnswer: fc.Arbitrary<CreateAnswer> = fc.oneof(
    fc.constantFrom<CreateAnswer>(launched, { kind: 'too-late' }),
    fc
      .constantFrom(
        ...(['offer-gone', 'no-funds', 'rate-limited', 'refused', 'outcome-unknown'] as const),
      )
      .map((kind) => ({ kind, reason: 'some reason' })),
  );

  it('leaves no attempt in recorded, and moves no lease to an earlier state', () => {
    fc.assert(
      fc.property(anyLease, anyAnswer, (lease, answer) => {
        const { commit } = apply(lease, answer);
        const after = commit ?? lease;
        const [before, attempt] = [lease, after].map(({ attempts }) =>
          attempts.find(({ number }) => number === 1),
        );
        if (attempt !== undefined) expect(attempt.state).not.toBe('recorded');
        if (before?.state !== 'recorded') expect(commit).toBeNull();
        const moved = lease.state === 'launching' ? ['launching', 'booting'] : [lease.state];
        expect(moved).toContain(after.state);
      }),
      { numRuns: 1_000 },
    );
  });
});
