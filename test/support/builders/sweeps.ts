// Sweep records and surveys for tests.

import type { SweepRecord } from '../../../shared/core/sweep/record.ts';
import type { Survey } from '../../../shared/core/sweep/survey.ts';
import { at } from './base.ts';

/** A complete sweep at 12:00 without findings. */
export function aSweepRecord(change: Partial<SweepRecord> = {}): SweepRecord {
  return {
    ...{ provider: 'vastai', startedAt: at('12:00'), failure: null, listedAt: at('12:00') },
    ...{
      listed: 0,
      open: 0,
      counts: {},
      sightings: {},
      lastShown: {},
      chargesReadAt: null,
      pages: [],
    },
    ...change,
  };
}

/** A survey started at 12:10 without findings. */
export function aSurvey(change: Partial<Survey> = {}): Survey {
  return {
    findings: { instances: [], leases: [], holds: [], accounts: [] },
    listedAt: at('12:10'),
    open: [],
    blind: [],
    unreadable: [],
    ...change,
  };
}
