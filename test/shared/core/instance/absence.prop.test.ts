// The laws of absence: for any listings in any order, a proof needs two of them, at least the lag
// apart, and both started at or after `notBefore`.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs, minutes, seconds } from '../../../../shared/core/base/time.ts';
import {
  type AbsenceEvidence,
  AbsenceProof,
  attestAbsence,
  nothingWasCreated,
  proveAbsence,
} from '../../../../shared/core/instance/absence.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';

/** Judges listings that do not show the instance, keeping `absentSince` like a step does. */
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
  it('needs two listings at least the lag apart, both started at or after notBefore', () => {
    fc.assert(
      fc.property(evidences, fc.array(instants), (evidence, listings) => {
        const proof = proofFrom(evidence, listings);
        if (proof?.by !== 'listings') return;
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

  it('follows from any ordered listings of which two are far enough apart', () => {
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

  it('proves nothing and is not kept when it started before notBefore', () => {
    const verdict = proveAbsence(evidence, epochMs(at('12:00') - 1));
    expect(verdict).toEqual({ kind: 'pending', absentSince: null });
  });

  it('is kept when it is the first after notBefore', () => {
    const verdict = proveAbsence(evidence, at('12:00'));
    expect(verdict).toEqual({ kind: 'pending', absentSince: at('12:00') });
  });

  it('changes nothing when it started less than the lag after the first', () => {
    const seen = { ...evidence, absentSince: at('12:00') };
    const verdict = proveAbsence(seen, epochMs(at('12:01') - 1));
    expect(verdict).toEqual({ kind: 'pending', absentSince: at('12:00') });
  });

  it('is proof when it started exactly the lag after the first', () => {
    const verdict = proveAbsence({ ...evidence, absentSince: at('12:00') }, at('12:01'));
    expect(verdict).toEqual({
      kind: 'proved',
      proof: { by: 'listings', from: at('12:00'), until: at('12:01') },
    });
  });

  it('is no proof with a first one from before the accepted destroy', () => {
    const stale = { ...evidence, notBefore: at('12:05'), absentSince: at('12:00') };
    expect(proveAbsence(stale, at('12:06'))).toEqual({
      kind: 'pending',
      absentSince: at('12:06'),
    });
  });

  it('is never proof alone, even without lag or when it is read twice', () => {
    const prompt = { ...evidence, notBefore: epochMs(0), listLag: seconds(0) };
    const first = proveAbsence(prompt, at('12:00'));
    expect(first).toEqual({ kind: 'pending', absentSince: at('12:00') });
    const again = proveAbsence({ ...prompt, absentSince: at('12:00') }, at('12:00'));
    expect(again).toEqual(first);
  });
});

describe('a stored proof', () => {
  const attested = attestAbsence({ who: aConsumer, why: 'the account is closed', at: at('12:00') });

  it.each([nothingWasCreated(), attested])('is parsed unchanged: $by', (proof) => {
    expect(AbsenceProof.parse(JSON.parse(JSON.stringify(proof)))).toEqual(proof);
  });

  it.each([
    ...[{}, null, { by: 'listings', from: 1 }, { by: 'listings', from: -1, until: 2 }],
    ...[{ by: 'listings', from: null, until: null }, { by: 'attested', at: 1 }, { by: 'me' }],
  ])('is never %j', (value) => {
    expect(AbsenceProof.safeParse(value).success).toBe(false);
  });
});
