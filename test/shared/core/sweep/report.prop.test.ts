// The law of the sweep's record: it fits into an item, for any number of suspects.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { epochMs, seconds } from '../../../../shared/core/base/time.ts';
import { reportSweep } from '../../../../shared/core/sweep/report.ts';
import { aDeployment, aLeaseId, anInstanceId, at } from '../../../support/builders/base.ts';
import { aSurvey, aSweepRecord } from '../../../support/builders/sweeps.ts';

const owner = { deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 };
const facts = {
  provider: 'vastai' as const,
  silences: 0,
  ingest: null,
  chargesReadAt: null,
  listLag: seconds(30),
};

describe('the record of a sweep', () => {
  it('keeps a limited number of suspects, the oldest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_000 }), fc.boolean(), (count, listed) => {
        const instances = Array.from({ length: count }, (_, place) => ({
          ...{ kind: 'unrecorded-seen' as const, id: anInstanceId(`i${place}`), owner },
          under: 'key-one',
          suspicion: {
            ...{ key: `instance:i${place}`, again: false },
            since: epochMs(at('12:00') + ((place * 7_919) % 10_007)),
          },
        }));
        const sightings = Object.fromEntries(
          instances.map(({ suspicion: { key, since } }) => [key, since]),
        );
        const seen = listed
          ? aSurvey({ findings: { instances, leases: [], holds: [], accounts: [] } })
          : aSurvey({ listedAt: null });
        const last = aSweepRecord({ sightings });
        const record = reportSweep(
          seen,
          { failed: [], left: 0, pages: [] },
          { ...facts, now: at('12:10'), last },
        );
        const kept = Object.values(record.sightings);
        expect(kept).toHaveLength(Math.min(count, policy.sweep.maxSuspects));
        const dropped = Object.entries(sightings).filter(([key]) => !(key in record.sightings));
        const newestKept = Math.max(0, ...kept);
        for (const [, since] of dropped) expect(since).toBeGreaterThanOrEqual(newestKept);
      }),
      { numRuns: 30 },
    );
  });
});
