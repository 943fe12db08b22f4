// Which heartbeats count, and how long a lease has been silent.

import { describe, expect, it } from 'vitest';
import type { EpochMs } from '../../../../shared/core/base/time.ts';
import {
  type Liveness,
  lastCountingHeartbeat,
  runningSince,
  silentFor,
} from '../../../../shared/core/instance/pulse.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';

const early = at('12:10');
const late = at('12:20');

type Case = {
  readonly liveness: Liveness;
  readonly node: EpochMs | null;
  readonly app: EpochMs | null;
  readonly counts: EpochMs | null;
};

const cases: readonly Case[] = [
  { liveness: 'node', node: early, app: late, counts: early },
  { liveness: 'node', node: null, app: late, counts: null },
  { liveness: 'app', node: early, app: late, counts: late },
  { liveness: 'app', node: early, app: null, counts: null },
  { liveness: 'both', node: early, app: late, counts: early },
  { liveness: 'both', node: late, app: early, counts: early },
  { liveness: 'both', node: early, app: null, counts: null },
  { liveness: 'both', node: null, app: late, counts: null },
  { liveness: 'auto', node: early, app: null, counts: early },
  { liveness: 'auto', node: late, app: early, counts: late },
  { liveness: 'auto', node: early, app: late, counts: late },
  { liveness: 'auto', node: null, app: late, counts: late },
  { liveness: 'auto', node: null, app: null, counts: null },
];

describe('the heartbeat that counts', () => {
  it.each(cases)(
    'is $counts for liveness $liveness with instance at $node and application at $app',
    (given) => {
      const { liveness, node, app, counts } = given;
      const pulse = aPulse({ liveness, nodeHeartbeatAt: node, appHeartbeatAt: app });
      expect(lastCountingHeartbeat(pulse)).toBe(counts);
    },
  );
});

describe('the start of an instance', () => {
  const ready = { readyAt: at('12:06'), nodeHeartbeatAt: at('12:08') };
  const telling = (uptimeSeconds: number | null) => ({
    ...ready,
    telemetry: {
      ...{ gpus: [], processes: null, rxBytes: null, txBytes: null, networkKbps: null },
      ...{ uptimeSeconds, jobId: '' },
    },
  });

  it.each([
    ['the uptime of its last heartbeat', 240, at('12:04')],
    ['its readiness, when the reported start is later', 30, at('12:06')],
    ['its readiness, when it reports no uptime', null, at('12:06')],
    ['its readiness, when the reported uptime is invalid', -5, at('12:06')],
    ['never before it was created', 1e15, at('12:02')],
  ])('is %s', (_, uptimeSeconds, since) => {
    expect(runningSince(aPulse(telling(uptimeSeconds)), at('12:02'))).toBe(since);
  });

  it('is its readiness when it was probed and sent no heartbeat', () => {
    expect(runningSince(aPulse({ ...ready, nodeHeartbeatAt: null }), at('12:02'))).toBe(
      at('12:06'),
    );
  });
});

describe('silence', () => {
  it('is counted from the last heartbeat that counts', () => {
    const pulse = aPulse({ nodeHeartbeatAt: late });
    expect(silentFor(pulse, at('12:04'), at('12:23'))).toBe(3 * 60_000);
  });

  it('is counted from the start before the first heartbeat', () => {
    expect(silentFor(aPulse(), at('12:04'), at('12:05'))).toBe(60_000);
    expect(silentFor(null, at('12:04'), at('12:05'))).toBe(60_000);
  });

  it('is not counted from a heartbeat before the start', () => {
    const booted = aPulse({ nodeHeartbeatAt: at('12:03') });
    expect(silentFor(booted, at('12:04'), at('12:05'))).toBe(60_000);
  });

  it('is by default that of the sender whose last heartbeat is the newest', () => {
    const pulse = aPulse({ nodeHeartbeatAt: late, appHeartbeatAt: early });
    expect(silentFor(pulse, at('12:04'), at('12:23'))).toBe(3 * 60_000);
    expect(silentFor({ ...pulse, nodeHeartbeatAt: early }, at('12:04'), late)).toBe(10 * 60_000);
  });

  it('is never negative when a heartbeat is newer than now', () => {
    expect(silentFor(aPulse({ nodeHeartbeatAt: late }), at('12:04'), early)).toBe(0);
  });
});
