// What operators see of a sweep.

import { isoTime } from '../../core/base/time.ts';
import type { SweepRecord } from '../../core/sweep/record.ts';

/** What was found, by kind, and what a person has to know. */
export function sweepView(record: SweepRecord) {
  const { provider, startedAt, listedAt, listed, open, counts, pages } = record;
  return {
    provider,
    startedAt: isoTime(startedAt),
    listedAt: listedAt === null ? null : isoTime(listedAt),
    instances: listed,
    openLeases: open,
    findings: counts,
    suspects: Object.keys(record.sightings).length,
    pages,
  };
}
