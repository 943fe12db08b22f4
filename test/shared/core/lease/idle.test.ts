// When an instance counts as idle: only by the named signals, all of them quiet, for the whole
// window.

import { describe, expect, it } from 'vitest';
import { after as afterwards, minutes, seconds } from '../../../../shared/core/base/time.ts';
import type { Pulse } from '../../../../shared/core/instance/pulse.ts';
import { type Idle, quietAfter } from '../../../../shared/core/instance/quiet.ts';
import type { GpuReading, Telemetry } from '../../../../shared/core/instance/telemetry.ts';
import { judgeIdle } from '../../../../shared/core/lease/idle.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';

const NOW = at('12:30');

const anIdle = (change: Partial<Idle> = {}): Idle => ({
  ...{ gpuPercentBelow: 5, networkKbpsBelow: null, app: false },
  ...{ window: minutes(10), action: 'end' },
  ...change,
});
const gpu = (percent: number | null): GpuReading => [percent, 1, 24_564, 40, 20];
const telemetry = (change: Partial<Telemetry> = {}): Telemetry => ({
  ...{ gpus: [gpu(0)], processes: 9, rxBytes: 1, txBytes: 1 },
  ...{ networkKbps: 0, uptimeSeconds: 60, jobId: '' },
  ...change,
});
/** The pulse after the heartbeat at 12:30 with number 7. */
const heard = (change: Partial<Pulse> = {}): Pulse =>
  aPulse({
    ...{ idle: anIdle(), telemetry: telemetry(), nodeHeartbeatAt: NOW, nodeHeartbeatNumber: 7 },
    ...change,
  });
const quiet = (change: Partial<Pulse> = {}): boolean => quietAfter(heard(change), NOW) !== null;

describe('a heartbeat', () => {
  it('is never quiet unless the lease watches idleness', () => {
    expect(quiet({ idle: null })).toBe(false);
    expect(quiet()).toBe(true);
  });

  it.each([
    ['no telemetry', null],
    ['no GPU', telemetry({ gpus: [] })],
    ['a GPU without a reading', telemetry({ gpus: [gpu(0), gpu(null)] })],
    ['one busy GPU', telemetry({ gpus: [gpu(0), gpu(5)] })],
  ])('with %s is busy', (_name, said) => {
    expect(quiet({ telemetry: said })).toBe(false);
  });

  it.each([
    [null, false],
    [-1, false],
    [100, false],
    [99, true],
  ])('with a network at %s kbit/s against 100 is quiet: %s', (networkKbps, expected) => {
    const idle = anIdle({ gpuPercentBelow: null, networkKbpsBelow: 100 });
    expect(quiet({ idle, telemetry: telemetry({ networkKbps }) })).toBe(expected);
  });

  it('is quiet only when every named signal is quiet', () => {
    const idle = anIdle({ networkKbpsBelow: 100, app: true });
    const app = { appHeartbeatAt: NOW, appBusyAt: null };
    expect(quiet({ idle, ...app })).toBe(true);
    expect(quiet({ idle, ...app, appHeartbeatAt: null })).toBe(false);
    expect(quiet({ idle, ...app, telemetry: telemetry({ networkKbps: 500 }) })).toBe(false);
    expect(quiet({ idle, ...app, telemetry: telemetry({ gpus: [gpu(50)] }) })).toBe(false);
  });
});

describe('an application', () => {
  const idle = anIdle({ gpuPercentBelow: null, app: true });
  const appQuiet = (appHeartbeatAt: Pulse['appHeartbeatAt'], appBusyAt: Pulse['appBusyAt']) =>
    quiet({ idle, appHeartbeatAt, appBusyAt });

  it('is quiet once it reports so, and busy while unknown', () => {
    expect(appQuiet(at('12:29'), null)).toBe(true);
    expect(appQuiet(at('12:29'), at('12:20'))).toBe(true);
    expect(appQuiet(at('12:29'), at('12:29'))).toBe(false);
    expect(appQuiet(null, null)).toBe(false);
    expect(appQuiet(at('12:25'), null)).toBe(false);
  });

  it('counts as busy after a busy report between two heartbeats of its instance', () => {
    expect(appQuiet(at('12:29:40'), at('12:29:20'))).toBe(false);
  });
});

describe('quiet', () => {
  it('starts with the first quiet heartbeat and continues only with the next number', () => {
    const earlier = (through: number) => ({ quiet: { since: at('12:10'), through } });
    expect(quietAfter(heard(), NOW)).toEqual({ since: NOW, through: 7 });
    expect(quietAfter(heard(earlier(6)), NOW)).toEqual({ since: at('12:10'), through: 7 });
    // Heartbeat 6 was lost or busy: that time is unknown.
    expect(quietAfter(heard(earlier(5)), NOW)).toEqual({ since: NOW, through: 7 });
  });
});

describe('an idle lease', () => {
  const since = at('12:20');
  const idling = (change: Partial<Pulse> = {}) =>
    heard({ quiet: { since, through: 7 }, ...change });

  it('is warned once the window has been quiet, not before', () => {
    expect(judgeIdle(idling(), null, NOW)).toEqual({
      ...{ kind: 'warn', since },
      why: 'every GPU below 5 % for 10 min',
    });
    const early = { since: afterwards(since, seconds(1)), through: 7 };
    expect(judgeIdle(idling({ quiet: early }), null, NOW).kind).toBe('busy');
  });

  it('ends once the notice period after its warning was quiet too, if its action is end', () => {
    const warned = { since, at: at('12:25') };
    expect(judgeIdle(idling(), warned, NOW).kind).toBe('end');
    expect(judgeIdle(idling(), { since, at: at('12:25:01') }, NOW).kind).toBe('busy');
    expect(judgeIdle(idling({ idle: anIdle({ action: 'warn' }) }), warned, NOW).kind).toBe('busy');
  });

  it('is warned again when it becomes idle again', () => {
    const warned = { since: at('12:00'), at: at('12:10') };
    expect(judgeIdle(idling(), warned, NOW).kind).toBe('warn');
  });

  it('counts as busy without recent heartbeats, or when its last heartbeat was not quiet', () => {
    expect(judgeIdle(idling(), null, afterwards(NOW, minutes(3))).kind).toBe('busy');
    expect(judgeIdle(idling({ nodeHeartbeatNumber: 8 }), null, NOW).kind).toBe('busy');
    expect(judgeIdle(idling({ nodeHeartbeatAt: null }), null, NOW).kind).toBe('busy');
    expect(judgeIdle(idling({ idle: null }), null, NOW).kind).toBe('busy');
  });

  it('names every signal in its reason', () => {
    const idle = anIdle({ networkKbpsBelow: 100, app: true });
    expect(judgeIdle(idling({ idle }), null, NOW)).toMatchObject({
      why: 'every GPU below 5 %, the network below 100 kbit/s, the application not busy for 10 min',
    });
  });
});
