// Decides from timestamps alone whether an active lease continues. The timer that woke the workflow
// does not matter: engines differ in how they report a missed heartbeat.

import { policy } from '../base/policy/policy.ts';
import {
  between,
  type DurationMs,
  durationMs,
  type EpochMs,
  earliest,
  wholeSeconds,
} from '../base/time.ts';
import { judgeIdle } from './idle.ts';
import type { EndReason } from './lease.ts';
import { type JudgedLease, silentTime, timeUntilSecondLook } from './silence.ts';
import { spendingEnd, spendingEndAt } from './spend.ts';

/** How long to wait, in the units of the state machine: whole seconds, heartbeat < timeout. */
export type ServeTimes = { readonly timeoutSeconds: number; readonly heartbeatSeconds: number };

export type Verdict =
  | { readonly kind: 'serve'; readonly times: ServeTimes }
  /** The lease continues, and its consumer is warned that it is idle. */
  | {
      readonly kind: 'warn';
      readonly since: EpochMs;
      readonly why: string;
      readonly times: ServeTimes;
    }
  | { readonly kind: 'end'; readonly reason: EndReason; readonly why: string };

const inSeconds = (length: DurationMs): string => `${Math.round(length / 1_000)} s`;

/** Judges an active lease at `now`. The same facts always give the same verdict. */
export function judge(facts: JudgedLease, now: EpochMs): Verdict {
  const { lease, pulse } = facts;
  if (now >= lease.deadline) {
    return { kind: 'end', reason: 'expired', why: 'the lease has reached its deadline' };
  }
  const spent = spendingEnd(lease, pulse, now);
  if (spent !== null) return { kind: 'end', ...spent };
  const silent = silentTime(facts, now);
  const { silenceLimit } = lease.terms;
  const pending = timeUntilSecondLook(pulse, now);
  if (silent >= silenceLimit && pending !== null) {
    return { kind: 'serve', times: serveTimes(facts, pending, now) };
  }
  if (silent >= silenceLimit) {
    const why = `no heartbeat for ${inSeconds(silent)}; the limit is ${inSeconds(silenceLimit)}`;
    return { kind: 'end', reason: 'silent', why };
  }
  const times = serveTimes(facts, patienceFor(silent, silenceLimit), now);
  const idle = pulse === null ? null : judgeIdle(pulse, lease.idleWarned, now);
  switch (idle?.kind) {
    case 'end':
      return { kind: 'end', reason: 'idle', why: idle.why };
    case 'warn':
      return { ...idle, times };
    default:
      return { kind: 'serve', times };
  }
}

/** When the lease will end: at its deadline, or earlier when its money is used up. */
export function servesUntil({ lease, pulse }: JudgedLease, now: EpochMs): EpochMs {
  return earliest(lease.deadline, spendingEndAt(lease, pulse, now) ?? lease.deadline);
}

/**
 * How long to wait for a heartbeat: the silence limit, so that a lease whose senders take turns is
 * judged at most once in it. A sender that is silent for longer than a fresh one is noticed as soon
 * as it would be after its last fresh heartbeat.
 */
const patienceFor = (silent: DurationMs, limit: DurationMs): DurationMs =>
  durationMs(Math.min(limit, limit - silent + policy.heartbeat.freshFor));

function serveTimes(facts: JudgedLease, patience: DurationMs, now: EpochMs): ServeTimes {
  const timeoutSeconds = wholeSeconds(between(now, servesUntil(facts, now)), 2);
  const heartbeatSeconds = Math.min(wholeSeconds(patience, 1), timeoutSeconds - 1);
  return { timeoutSeconds, heartbeatSeconds };
}
