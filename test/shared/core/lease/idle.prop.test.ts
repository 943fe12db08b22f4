// The laws of idleness, for any sequence of heartbeats: an instance that was busy or unknown within
// the window is never idle, and one that was always quiet is idle.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, minutes, times } from '../../../../shared/core/base/time.ts';
import type { Pulse } from '../../../../shared/core/instance/pulse.ts';
import { quietAfter } from '../../../../shared/core/instance/quiet.ts';
import { judgeIdle } from '../../../../shared/core/lease/idle.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';

const WINDOW = 10;
const idle = {
  ...{ gpuPercentBelow: 5, networkKbpsBelow: null, app: false },
  ...{ window: minutes(WINDOW), action: 'end' as const },
};

/**
 * A heartbeat each minute: heard quiet, heard busy, heard without telemetry, recorded only, or
 * lost.
 */
const heartbeats = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.constant('quiet' as const) },
    { weight: 1, arbitrary: fc.constantFrom('busy', 'blind', 'half', 'lost' as const) },
  ),
  { minLength: 1, maxLength: 60 },
);
type Heartbeat = (typeof heartbeats extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never) &
  string;

const telemetryOf = (heartbeat: Heartbeat): Pulse['telemetry'] =>
  heartbeat === 'blind'
    ? null
    : {
        gpus: [[heartbeat === 'busy' || heartbeat === 'half' ? 80 : 0, null, null, null, null]],
        ...{ processes: 1, rxBytes: 1, txBytes: 1, networkKbps: 0, uptimeSeconds: 1, jobId: '' },
      };

/**
 * What the pulse is after these heartbeats. A heartbeat recorded only was cut off before it was
 * judged.
 */
function pulseAfter(row: readonly Heartbeat[]): Pulse {
  let pulse = aPulse({ idle });
  for (const [index, heartbeat] of row.entries()) {
    if (heartbeat === 'lost') continue;
    const now = after(at('12:00'), times(minutes(1), index));
    const said = {
      nodeHeartbeatAt: now,
      nodeHeartbeatNumber: index,
      telemetry: telemetryOf(heartbeat),
    };
    pulse = { ...pulse, ...said };
    const quiet = heartbeat === 'half' ? null : quietAfter(pulse, now);
    if (quiet !== null) pulse = { ...pulse, quiet };
  }
  return pulse;
}

describe('an instance', () => {
  it('is idle exactly when all heartbeats of the window arrived and were quiet', () => {
    fc.assert(
      fc.property(heartbeats, (row) => {
        fc.pre(row.at(-1) !== 'lost');
        const now = after(at('12:00'), times(minutes(1), row.length - 1));
        const latest = row.slice(-WINDOW - 1);
        const still = latest.length > WINDOW && latest.every((heartbeat) => heartbeat === 'quiet');
        const verdict = judgeIdle(pulseAfter(row), null, now);
        expect(verdict.kind).toBe(still ? 'warn' : 'busy');
      }),
      { numRuns: 1_000 },
    );
  });
});
