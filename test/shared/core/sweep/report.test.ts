// The record of a sweep, and its pages for operators.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { type ReportFacts, reportSweep } from '../../../../shared/core/sweep/report.ts';
import { aDeployment, aLeaseId, anInstanceId, at } from '../../../support/builders/base.ts';
import { anActiveLease } from '../../../support/builders/lease.ts';
import { aSurvey, aSweepRecord } from '../../../support/builders/sweeps.ts';

const nothingDone = { failed: [], left: 0, pages: [] };
const factsOf = (change: Partial<ReportFacts> = {}): ReportFacts => ({
  ...{
    provider: 'vastai',
    now: at('12:10'),
    last: null,
    silences: 0,
    chargesReadAt: null,
    listLag: seconds(30),
  },
  ingest: { since: at('12:00'), lastAt: at('12:09') },
  ...change,
});
const owner = { deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 };
const suspicion = { key: 'instance:4711', since: at('12:09'), again: true };
const orphan = {
  ...{ kind: 'orphan' as const, id: anInstanceId(), owner, suspicion },
  under: 'key-one',
};
const lease = anActiveLease();
const ghost = {
  ...({ kind: 'ghost-seen', lease } as const),
  suspicion: { key: `lease:${lease.id}`, since: at('12:10'), again: false },
};

describe('the record of a sweep', () => {
  it.each([
    ['are unknown', null],
    ['are too old', { since: at('11:00'), lastAt: at('11:59') }],
  ])('pages when our own heartbeats %s while leases are active', (_, ingest) => {
    const lost = expect.stringMatching(/^heartbeats-lost: .*: no lease ends as silent$/);
    const pagesWith = (open: (typeof lease)[]) =>
      reportSweep(aSurvey({ open }), nothingDone, factsOf({ ingest })).pages;
    expect(pagesWith([lease])).toEqual([lost]);
    expect(pagesWith([])).toEqual([]);
  });

  it('counts and keeps the findings of a complete sweep', () => {
    const seen = aSurvey({
      findings: { instances: [orphan], leases: [ghost], holds: [], accounts: [] },
      open: [lease],
    });
    const last = aSweepRecord({ startedAt: at('12:09'), listedAt: at('12:09') });
    expect(reportSweep(seen, nothingDone, factsOf({ last }))).toMatchObject({
      ...{ failure: null, startedAt: at('12:10'), listedAt: at('12:10'), listed: 1, open: 1 },
      counts: { orphan: 1, 'ghost-seen': 1 },
      sightings: { 'instance:4711': at('12:09'), [`lease:${lease.id}`]: at('12:10') },
      lastShown: { [lease.id]: at('12:09') },
      pages: ['orphans: destroying orphaned instances: 4711'],
    });
  });

  it('keeps suspects that only a listing can clear when there is none', () => {
    const last = aSweepRecord({
      sightings: { 'instance:1': at('12:08'), 'execution:x-1': at('12:08') },
      ...{ listed: 7, lastShown: { [lease.id]: at('12:07') } },
    });
    const blind = [{ part: 'listing' as const, error: new Error('503') }];
    const record = reportSweep(aSurvey({ listedAt: null, blind }), nothingDone, factsOf({ last }));
    expect(record).toMatchObject({
      ...{ failure: 'listing: Error: 503', listedAt: at('12:00'), listed: 7 },
      sightings: { 'instance:1': at('12:08') },
      lastShown: { [lease.id]: at('12:07') },
      pages: ['blind: could not read the listing of vastai: Error: 503'],
    });
    expect(record.sightings).not.toHaveProperty('execution:x-1');
  });

  it('pages a silent crowd, and actions that failed or were left', () => {
    const open = Array.from({ length: 5 }, () => lease);
    const action = { kind: 'wake', leaseId: lease.id } as const;
    const acted = { failed: [{ action, error: new Error('503') }], left: 2, pages: [] };
    const { pages } = reportSweep(aSurvey({ open }), acted, factsOf({ silences: 4 }));
    expect(pages).toEqual([
      'mass-silence: 4 of 5 leases became silent at the same time: none of them ends for its silence',
      'failed-actions: 1 actions failed; first: wake: Error: 503',
      'unfinished-sweep: 2 actions are left to the next sweep',
    ]);
  });
});
