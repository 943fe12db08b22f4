// What each of the four safety nets does next for a lease, for operators. It only describes; each
// net decides for itself.

import { policy } from '../base/policy/policy.ts';
import { after, type EpochMs, earliest, latest } from '../base/time.ts';
import { lastCountingHeartbeat, type Pulse } from '../instance/pulse.ts';
import { alarmOf } from '../lease/deadline.ts';
import { currentAttempt, isOver, type Lease } from '../lease/lease.ts';
import type { SweepRecord } from '../sweep/record.ts';

/** The next action of a net, or what it waits for. */
export type NetAct = {
  readonly net: 'workflow' | 'schedule' | 'sweep' | 'instance';
  /** Null when there is no scheduled time. */
  readonly at: EpochMs | null;
  readonly does: string;
};

function workflowAct(lease: Lease, pulse: Pulse | null): NetAct {
  const net = 'workflow';
  if (lease.state !== 'active') return { net, at: lease.dueBy, does: 'must make progress' };
  const heartbeat = pulse === null ? null : lastCountingHeartbeat(pulse);
  const lastSign = latest(lease.activeAt, heartbeat ?? lease.activeAt);
  const silentAt = after(lastSign, lease.terms.silenceLimit);
  return {
    net,
    at: earliest(lease.deadline, silentAt),
    does: silentAt < lease.deadline ? 'ends the lease if it stays silent' : 'ends the lease',
  };
}

function scheduleAct(lease: Lease, now: EpochMs): NetAct {
  const net = 'schedule';
  const at = alarmOf(lease, now);
  if (isOver(lease) || at === null) {
    return { net, at: null, does: 'repeats the teardown a few minutes after the last try' };
  }
  return {
    net,
    at,
    does: at < lease.deadline ? 'warns that the lease ends soon' : 'ends the lease',
  };
}

function sweepAct(lease: Lease, last: SweepRecord | null): NetAct {
  const net = 'sweep';
  if (currentAttempt(lease) === undefined)
    return { net, at: null, does: 'has no instance to check' };
  if (last === null) return { net, at: null, does: 'has not run yet' };
  return { net, at: after(last.startedAt, policy.sweep.every), does: 'checks the instance' };
}

function instanceAct(lease: Lease, pulse: Pulse | null): NetAct {
  const net = 'instance';
  if (lease.state !== 'active') return { net, at: null, does: 'is not active' };
  if (pulse === null || pulse.nodeHeartbeatAt === null) {
    return { net, at: null, does: 'has sent no heartbeat: the agent may not run on it' };
  }
  return { net, at: pulse.endsAt, does: 'destroys itself' };
}

/** The next action of each net for a lease that is not ended. */
export function nextActs(
  lease: Lease,
  known: { readonly pulse: Pulse | null; readonly sweep: SweepRecord | null },
  now: EpochMs,
): readonly NetAct[] {
  return [
    workflowAct(lease, known.pulse),
    scheduleAct(lease, now),
    sweepAct(lease, known.sweep),
    instanceAct(lease, known.pulse),
  ];
}
