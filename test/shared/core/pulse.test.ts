// Whose beat counts, and how long a lease has been silent.

import { describe, expect, it } from 'vitest';
import { type Liveness, lastCountingBeat, silentFor } from '../../../shared/core/pulse.ts';
import { aPulse, at } from '../../support/builders.ts';

const early = at('12:10');
const late = at('12:20');

describe('the beat that counts', () => {
  it.each<[Liveness, number | null, number | null, number | null]>([
    ['node', early, late, early],
    ['node', null, late, null],
    ['app', early, late, late],
    ['app', early, null, null],
    ['both', early, late, early],
    ['both', late, early, early],
    ['both', early, null, null],
    ['both', null, late, null],
    ['auto', early, null, early],
    ['auto', late, early, early],
    ['auto', null, late, late],
    ['auto', null, null, null],
  ])('of %s, machine at %o and application at %o, is %o', (liveness, node, app, counts) => {
    const instant = (value: number | null) =>
      value === early ? early : value === late ? late : null;
    const beats = { nodeBeatAt: instant(node), appBeatAt: instant(app) };
    expect(lastCountingBeat(aPulse({ liveness, ...beats }))).toBe(counts);
  });
});

describe('silence', () => {
  it('is counted from the last beat that counts', () => {
    const pulse = aPulse({ nodeBeatAt: late });
    expect(silentFor(pulse, at('12:04'), at('12:23'))).toBe(3 * 60_000);
  });

  it('is counted from the beginning while nobody was heard', () => {
    expect(silentFor(aPulse(), at('12:04'), at('12:05'))).toBe(60_000);
    expect(silentFor(null, at('12:04'), at('12:05'))).toBe(60_000);
  });

  it('is not counted from a beat before the beginning', () => {
    const booted = aPulse({ nodeBeatAt: at('12:03') });
    expect(silentFor(booted, at('12:04'), at('12:05'))).toBe(60_000);
  });

  it('of the application counts, however loud its machine is, once it has beaten', () => {
    const pulse = aPulse({ nodeBeatAt: late, appBeatAt: early });
    expect(silentFor(pulse, at('12:04'), late)).toBe(10 * 60_000);
  });

  it('is never negative when a beat is newer than the look', () => {
    expect(silentFor(aPulse({ nodeBeatAt: late }), at('12:04'), early)).toBe(0);
  });
});
