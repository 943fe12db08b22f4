// The laws of absence: whatever listings come, in whatever order, proof takes two of them at least
// the lag apart, and neither started before it could count.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs, minutes, seconds } from '../../../../shared/core/base/time.ts';
import {
  type AbsenceEvidence,
  AbsenceProof,
  nothingWasCreated,
  proveAbsence,
} from '../../../../shared/core/instance/absence.ts';
import { at } from '../../../support/builders/base.ts';

/** Feeds listings that don't show the instance, as a step does: remembering `absentSince`. */
function proofFrom(evidence: AbsenceEvidence, listings: readonly EpochMs[]): AbsenceProof | null {
  let { absentSince } = evidence;
  for (const listedAt of listings) {
    const verdict = proveAbsence({ ...evidence, absentSince }, listedAt);
    if (verdict.kind === 'proved') return verdict.proof;
    absentSince = verdict.absentSince;
  }
  return null;
}

const instants = fc.integer({ min: 0, max: 600_000 }).map((ms) => epochMs(at('12:00') + ms));
const lags = fc.integer({ min: 0, max: 120 }).map(seconds);
const evidences = fc.record({
  notBefore: instants,
  absentSince: fc.option(instants),
  listLag: lags,
});

describe('a proof of absence', () => {
  it('rests on two listings at least the lag apart, none started before it counts', () => {
    fc.assert(
      fc.property(evidences, fc.array(instants), (evidence, listings) => {
        const proof = proofFrom(evidence, listings);
        if (proof === null) return;
        const { from, until } = proof;
        expect([evidence.absentSince, ...listings]).toContain(from);
        expect(listings).toContain(until);
        expect(from).toBeGreaterThanOrEqual(evidence.notBefore);
        expect(Number(until)).toBeGreaterThan(Number(from));
        expect(Number(until) - Number(from)).toBeGreaterThanOrEqual(evidence.listLag);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is reached by any listings in order of which two are far enough apart', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(lags, steps, (listLag, gaps) => {
        let now: number = at('12:00');
        const listings = gaps.map((gap) => {
          now += gap;
          return epochMs(now);
        });
        const evidence = { notBefore: at('12:00'), absentSince: null, listLag };
        const spread = Number(listings.at(-1)) - Number(listings[0]);
        const enough = spread > 0 && spread >= listLag;
        expect(proofFrom(evidence, listings) !== null).toBe(enough);
      }),
    );
  });
});

describe('a listing', () => {
  const evidence = { notBefore: at('12:00'), absentSince: null, listLag: minutes(1) };

  it('started before it could count proves nothing, and is not remembered', () => {
    const verdict = proveAbsence(evidence, epochMs(at('12:00') - 1));
    expect(verdict).toEqual({ kind: 'pending', absentSince: null });
  });

  it('that is the first to count is remembered', () => {
    const verdict = proveAbsence(evidence, at('12:00'));
    expect(verdict).toEqual({ kind: 'pending', absentSince: at('12:00') });
  });

  it('less than the lag after the first changes nothing', () => {
    const seen = { ...evidence, absentSince: at('12:00') };
    const verdict = proveAbsence(seen, epochMs(at('12:01') - 1));
    expect(verdict).toEqual({ kind: 'pending', absentSince: at('12:00') });
  });

  it('exactly the lag after the first is proof', () => {
    const verdict = proveAbsence({ ...evidence, absentSince: at('12:00') }, at('12:01'));
    expect(verdict).toEqual({ kind: 'proved', proof: { from: at('12:00'), until: at('12:01') } });
  });

  it('does not count on a first one from before the destroy was accepted', () => {
    const stale = { ...evidence, notBefore: at('12:05'), absentSince: at('12:00') };
    expect(proveAbsence(stale, at('12:06'))).toEqual({
      kind: 'pending',
      absentSince: at('12:06'),
    });
  });

  it('alone is never proof, not even of a provider without lag, nor when it is read twice', () => {
    const prompt = { ...evidence, notBefore: epochMs(0), listLag: seconds(0) };
    const first = proveAbsence(prompt, at('12:00'));
    expect(first).toEqual({ kind: 'pending', absentSince: at('12:00') });
    const again = proveAbsence({ ...prompt, absentSince: at('12:00') }, at('12:00'));
    expect(again).toEqual(first);
  });
});

describe('a stored proof', () => {
  it('reads back as it was', () => {
    const stored = JSON.parse(JSON.stringify(nothingWasCreated()));
    expect(AbsenceProof.parse(stored)).toEqual({ from: null, until: null });
  });

  it.each([{}, null, { from: 1 }, { from: -1, until: 2 }, { from: 'yesterday', until: null }])(
    'is never %j',
    (value) => {
      expect(AbsenceProof.safeParse(value).success).toBe(false);
    },
  );
});
