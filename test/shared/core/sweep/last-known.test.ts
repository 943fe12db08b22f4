// The last known facts about an instance.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { lastKnown, type Traces } from '../../../../shared/core/sweep/last-known.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { aLaunchingLease, anActiveLease, anEndingLease } from '../../../support/builders/lease.ts';
import { aSweepRecord } from '../../../support/builders/sweeps.ts';

const pulse = aPulse({ nodeHeartbeatAt: at('12:25'), bytes: [10, 20] });
const traces: Traces = { attempt: 1, pulse, record: null, listLag: seconds(30) };
const listed = (listedAt: ReturnType<typeof at>) => aSweepRecord({ listedAt });

describe('an instance', () => {
  it('existed at its last heartbeat, and used what its counters report', () => {
    expect(lastKnown(anEndingLease(), traces)).toEqual({
      usage: { bytes: [10, 20], bytesAt: null, idleSince: null },
      runningSince: null,
      seenAt: [at('12:25')],
    });
  });

  it('ignores the pulse of another attempt', () => {
    const other = { ...traces, pulse: { ...pulse, attempt: 2 } };
    expect(lastKnown(anEndingLease(), other)).toEqual({
      usage: null,
      runningSince: null,
      seenAt: [],
    });
  });

  it('existed when a sweep last listed it while its lease was active', () => {
    const sightingsOf = (record: Traces['record'], lease = anEndingLease()) =>
      lastKnown(lease, { ...traces, pulse: null, record }).seenAt;
    expect(sightingsOf(listed(at('12:28')))).toEqual([at('12:28')]);
    // It started to end at 12:30: later sweeps do not count.
    expect(sightingsOf(listed(at('12:31')))).toEqual([]);
    const active = lastKnown(anActiveLease(), {
      ...traces,
      pulse: null,
      record: listed(at('12:31')),
    });
    expect(active.seenAt).toEqual([at('12:31')]);
    expect(sightingsOf(listed(at('12:28')), anEndingLease(aLaunchingLease()))).toEqual([]);
  });
});
