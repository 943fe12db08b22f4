// What a sweep saw and left behind, as tests need it.

import type { SweepRecord } from '../../../shared/core/sweep/record.ts';
import type { Survey } from '../../../shared/core/sweep/survey.ts';
import { at } from './base.ts';

/** A sweep at 12:00 that saw everything and found nothing. */
export function aSweepRecord(change: Partial<SweepRecord> = {}): SweepRecord {
  return {
    ...{ provider: 'vastai', startedAt: at('12:00'), failure: null, listedAt: at('12:00') },
    ...{ listed: 0, open: 0, counts: {}, sightings: {}, lastShown: {}, pages: [] },
    ...change,
  };
}

/** A survey started at 12:10 in which nothing was found. */
export function aSurvey(change: Partial<Survey> = {}): Survey {
  return {
    findings: { instances: [], leases: [], holds: [], accounts: [] },
    listedAt: at('12:10'),
    open: [],
    blind: [],
    ...change,
  };
}
