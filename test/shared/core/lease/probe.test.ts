// Where to probe an instance that has no endpoint to call.

import { describe, expect, it } from 'vitest';
import { isBootOver, planProbe } from '../../../../shared/core/lease/probe.ts';
import { at } from '../../../support/builders/base.ts';
import { aBootingLease } from '../../../support/builders/lease.ts';
import { aCard, anInstance } from '../../../support/builders/sightings.ts';

describe('a probe', () => {
  it('uses the SSH endpoints of a running instance', () => {
    expect(planProbe(anInstance())).toEqual({ kind: 'probe', ssh: anInstance().ssh });
  });

  it.each([
    ['absent', 'absent', 'not-ready'],
    ['starting', anInstance({ status: 'starting' }), 'not-ready'],
    ['unreachable', anInstance({ status: 'unreachable' }), 'not-ready'],
    ['stopped', anInstance({ status: 'stopped' }), 'done'],
    ['failed', anInstance({ status: 'failed' }), 'done'],
  ] as const)('has nothing to look at where it is %s', (_, instance, kind) => {
    expect(planProbe(instance).kind).toBe(kind);
  });

  it('is not made after the boot limit', () => {
    const [attempt] = aBootingLease().attempts;
    if (attempt?.state !== 'created') throw new Error('it was created at 12:02');
    expect(isBootOver(attempt, aCard(), at('12:12'))).toBe(false);
    expect(isBootOver(attempt, aCard(), at('12:12:01'))).toBe(true);
  });
});
