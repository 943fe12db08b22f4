// How a run passes from request to end, and who may work on it.

import { describe, expect, it } from 'vitest';
import { brandId, RunId } from '../../../../shared/core/base/ids.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  claimRun,
  failRun,
  finishRun,
  isClaimable,
  isOpen,
  isSameSubject,
  type Run,
  requestRun,
} from '../../../../shared/core/operations/run.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';

const id = brandId(RunId, 'verify-k3v9x0c2m5n8q1w4e7r6');
const subject = { kind: 'verify', provider: null, consumer: null } as const;
const requested = requestRun({ id, by: aConsumer, ...subject }, at('12:00'));
const claimed = claimRun(requested, at('12:01'));
const result = {
  kind: 'verify',
  found: {
    ...{ accounts: 1, leases: 1, entries: 4, closedDays: 0, doubtful: 0 },
    ...{ differences: [], differencesInAll: 0 },
  },
} as const;

describe('a run', () => {
  it('can be claimed once it is requested', () => {
    expect(requested).toMatchObject({ state: 'requested', at: at('12:00'), tries: 0 });
    expect(isClaimable(requested, at('12:00'))).toBe(true);
  });

  it('is claimed for longer than its function can run', () => {
    const claimedUntil = at('12:16:15');
    expect(claimed).toMatchObject({ state: 'running', tries: 1, claimedUntil });
    expect(isClaimable(claimed, at('12:16'))).toBe(false);
    expect(isClaimable(claimed, claimedUntil)).toBe(true);
  });

  it('fails when it is claimed more often than policy allows', () => {
    const last = { ...requested, tries: policy.run.maxTries };
    expect(claimRun(last, at('12:30'))).toMatchObject({
      ...{ state: 'failed', endedAt: at('12:30'), tries: policy.run.maxTries },
      failure: 'no function finished it in 3 tries',
    });
  });

  it('ends with its result or its failure, and cannot be claimed then', () => {
    const ended: readonly Run[] = [
      finishRun(requested, result, at('12:02')),
      failRun(requested, 'ProviderDown: no response', at('12:02')),
    ];
    expect(ended).toMatchObject([
      { state: 'done', result, endedAt: at('12:02') },
      { state: 'failed', failure: 'ProviderDown: no response' },
    ]);
    for (const run of ended) {
      expect(isOpen(run)).toBe(false);
      expect(isClaimable(run, at('23:00'))).toBe(false);
    }
  });

  it('has another subject than a run of another kind, provider or consumer', () => {
    expect(isSameSubject(requested, subject)).toBe(true);
    expect(isSameSubject(requested, { ...subject, kind: 'sweep' })).toBe(false);
    expect(isSameSubject(requested, { ...subject, provider: 'vastai' })).toBe(false);
    expect(isSameSubject(requested, { ...subject, consumer: aConsumer })).toBe(false);
  });
});
