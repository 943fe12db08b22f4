// Since when silence counts, by the heartbeats that the service sends to itself.

import { describe, expect, it } from 'vitest';
import { extendIngest, silenceCountsFrom } from '../../../../shared/core/lease/ingest.ts';
import { at } from '../../../support/builders/base.ts';

const ingest = { since: at('12:00'), lastAt: at('12:10') };

describe('the period in which heartbeats arrive', () => {
  it('goes on with each heartbeat that follows within 150 s', () => {
    expect(extendIngest(ingest, at('12:12:30'))).toEqual({ ...ingest, lastAt: at('12:12:30') });
  });

  it('starts with the first heartbeat, and again after a gap', () => {
    const fresh = { since: at('12:13'), lastAt: at('12:13') };
    expect(extendIngest(null, at('12:13'))).toEqual(fresh);
    expect(extendIngest(ingest, at('12:13'))).toEqual(fresh);
  });

  it('is not shortened by a late call', () => {
    expect(extendIngest(ingest, at('12:09'))).toEqual(ingest);
  });
});

describe('silence', () => {
  it('counts from the start of the period', () => {
    expect(silenceCountsFrom(ingest, at('12:12:30'))).toBe(at('12:00'));
  });

  it('does not count while nothing is known, or during a gap', () => {
    expect(silenceCountsFrom(null, at('12:12'))).toBe(at('12:12'));
    expect(silenceCountsFrom(ingest, at('12:12:31'))).toBe(at('12:12:31'));
  });
});
