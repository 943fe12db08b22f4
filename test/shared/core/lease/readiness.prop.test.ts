// The law of readiness: an attempt is retired exactly when its instance has a fault.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { decideReadiness, judgeReadiness } from '../../../../shared/core/lease/readiness.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { aBootingLease } from '../../../support/builders/lease.ts';
import { anInstance } from '../../../support/builders/sightings.ts';

const anyInstance = fc.oneof(
  fc.constant('absent' as const),
  fc
    .record({
      status: fc.constantFrom(
        ...(['starting', 'running', 'stopped', 'failed', 'unreachable', 'unknown'] as const),
      ),
      rate: fc.option(fc.integer({ min: 0, max: 1_000_000 }).map(microUsdPerHour)),
    })
    .map(anInstance),
);
const anyPulse = fc.option(
  fc.option(fc.constantFrom(at('12:03'), at('12:05'))).map((readyAt) => aPulse({ readyAt })),
);

describe('readiness', () => {
  it('accepts a ready instance without a fault, and retires every other attempt', () => {
    fc.assert(
      fc.property(anyInstance, anyPulse, (instance, pulse) => {
        const lease = aBootingLease();
        const input = { leaseId: lease.id, generation: 1 };
        const facts = { input, pulse, instance, bootOver: false };
        const { commit, result } = decideReadiness(lease, facts, at('12:06'));
        const sound =
          instance !== 'absent' &&
          instance.status !== 'stopped' &&
          instance.status !== 'failed' &&
          (instance.rate ?? 0) <= lease.terms.ceiling &&
          pulse?.readyAt != null;
        expect(judgeReadiness(lease, facts).kind).toBe(sound ? 'ready' : 'fault');
        expect(commit?.state).toBe(sound ? 'active' : 'booting');
        expect(commit?.attempts[0]?.state).toBe(sound ? 'created' : 'retiring');
        expect(result.kind).toBe(sound ? 'done' : 'attempt-failed');
      }),
      { numRuns: 1_000 },
    );
  });
});
