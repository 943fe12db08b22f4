// Decides whether an instance has been idle long enough to warn or to end its lease: from its quiet
// heartbeats (instance/quiet.ts).

import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs, minutes } from '../base/time.ts';
import type { Idle, IdleWarning, Signals } from '../instance/quiet.ts';

export type IdleVerdict =
  | { readonly kind: 'busy' }
  | { readonly kind: 'warn'; readonly since: EpochMs; readonly why: string }
  | { readonly kind: 'end'; readonly why: string };

const BUSY = { kind: 'busy' } as const;

function describeIdle({ gpuPercentBelow, networkKbpsBelow, app }: Idle): string {
  return [
    ...(gpuPercentBelow === null ? [] : [`every GPU below ${gpuPercentBelow} %`]),
    ...(networkKbpsBelow === null ? [] : [`the network below ${networkKbpsBelow} kbit/s`]),
    ...(app ? ['the application not busy'] : []),
  ].join(', ');
}

/**
 * Judges by received heartbeats only, never by the time since the last one: warns once a whole
 * window is quiet, and ends once the notice period after that warning is quiet too. `warned` is the
 * last warning.
 */
export function judgeIdle(signals: Signals, warned: IdleWarning | null, now: EpochMs): IdleVerdict {
  const { idle, quiet, nodeHeartbeatAt, nodeHeartbeatNumber } = signals;
  if (idle === null || quiet === null || nodeHeartbeatAt === null) return BUSY;
  const known = between(nodeHeartbeatAt, now) < policy.idle.dataGap;
  const lasted = between(quiet.since, nodeHeartbeatAt);
  if (!known || quiet.through !== nodeHeartbeatNumber || lasted < idle.window) return BUSY;
  const why = `${describeIdle(idle)} for ${Math.floor(lasted / minutes(1))} min`;
  if (warned?.since !== quiet.since) return { kind: 'warn', since: quiet.since, why };
  const noticed = between(warned.at, nodeHeartbeatAt) >= policy.idle.notice;
  return idle.action === 'end' && noticed ? { kind: 'end', why } : BUSY;
}
