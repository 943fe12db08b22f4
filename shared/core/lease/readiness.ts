// Whether a lease becomes active, after its instance called, was probed, or reached its boot limit.
// The provider's report of the instance decides: when the instance is gone, broken or above the
// ceiling, the attempt is retired; when it is ready, the lease becomes active and its duration
// starts.

import { formatUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type EpochMs, earliest, isoTime } from '../base/time.ts';
import type { AttemptIn, AttemptReason } from '../instance/attempt.ts';
import { observeRunning, retireAttempt } from '../instance/attempt-moves.ts';
import { gpuMismatch } from '../instance/gpu-match.ts';
import { type InstanceReport, isHalted, type ReportedInstance } from '../instance/instance.ts';
import { redactEnv } from '../instance/launch.ts';
import { type Pulse, runningSince } from '../instance/pulse.ts';
import { alarmOf, nextAlarm } from './deadline.ts';
import { type Decision, keep } from './decision.ts';
import { repriceHold } from './hold.ts';
import { judge, type ServeTimes } from './judge.ts';
import { currentAttempt, isOver, type Lease, type LeaseIn } from './lease.ts';
import { activate, addEvent, endLease, withAttempt } from './lease-moves.ts';
import { withReading } from './price.ts';
import { detour, done, type StepInput, type StepOutcome, skipReason } from './step.ts';

/** The facts about an instance: its pulse, and its provider's report. */
export type ReadyFacts = {
  readonly pulse: Pulse | null;
  readonly instance: ReportedInstance;
  /** Whether its provider's boot limit has passed. */
  readonly bootOver: boolean;
};

type Present = Exclude<ReportedInstance, 'absent'>;

export type ReadyVerdict =
  | { readonly kind: 'ready'; readonly instance: Present }
  /** It runs, and its provider shows no address yet. */
  | { readonly kind: 'waiting'; readonly why: string }
  /** The image or the start script is to blame: every host would refuse it. */
  | { readonly kind: 'bad-image'; readonly why: string }
  | { readonly kind: 'fault'; readonly reason: AttemptReason; readonly why: string };

const fault = (reason: AttemptReason, why: string): ReadyVerdict => ({
  kind: 'fault',
  reason,
  why,
});

const NO_ADDRESS = 'the provider shows no SSH address of the instance';

/** Whether the instance is ready, or why its attempt must be retired. */
export function judgeReadiness(lease: Lease, facts: ReadyFacts): ReadyVerdict {
  const { pulse, instance, bootOver } = facts;
  if (instance === 'absent') return fault('vanished', 'the provider no longer knows the instance');
  const attempt = currentAttempt(lease);
  if ((attempt?.doubtfulSince ?? null) !== null) {
    return fault('wrong-instance', 'nothing confirms that the instance is ours');
  }
  const { rate } = instance;
  const statusText = redactEnv(instance.statusText, 'env' in lease ? lease.env : {});
  const { ceiling } = lease.terms;
  if (rate !== null && rate > ceiling) {
    const why = `the instance costs ${formatUsd(rate)}/h; the ceiling is ${formatUsd(ceiling)}/h`;
    return fault('price-rose', why);
  }
  if (isHalted(instance)) {
    return instance.badImage
      ? { kind: 'bad-image', why: statusText }
      : fault('bad-host', statusText);
  }
  if (pulse === null || pulse.readyAt === null) {
    return fault('boot-timeout', `not ready in time: ${statusText}`);
  }
  if (lease.terms.requireTransferReports && pulse.bytes === null) {
    return fault('no-transfer-reports', 'the instance does not report its transfer');
  }
  const mismatch =
    attempt === undefined ? null : gpuMismatch(attempt.offer, pulse.facts, pulse.telemetry);
  if (mismatch !== null) return fault('wrong-gpu', mismatch);
  if (instance.ssh.length > 0) return { kind: 'ready', instance };
  return bootOver
    ? fault('boot-timeout', NO_ADDRESS)
    : { kind: 'waiting', why: `${NO_ADDRESS} yet` };
}

/**
 * When the schedule fires for a lease that is about to become active: never later than the launch
 * bound, which is valid until the lease is committed.
 */
export function alarmBeforeServing(lease: Lease, now: EpochMs): EpochMs | null {
  const alarm = alarmOf(lease, now);
  return alarm && earliest(alarm, nextAlarm(after(now, lease.terms.duration), now));
}

/** How long an active lease waits at first. */
export function firstWait(
  lease: LeaseIn<'active'>,
  pulse: Pulse | null,
  now: EpochMs,
): StepOutcome<ServeTimes> {
  const verdict = judge({ lease, pulse }, now);
  if (verdict.kind === 'serve') return done(verdict.times);
  // The lease must end already: the shortest wait leads to the Judge step.
  return done({ timeoutSeconds: 2, heartbeatSeconds: 1 });
}

type Booted = { readonly lease: LeaseIn<'booting'>; readonly attempt: AttemptIn<'created'> };
type Confirmed = Decision<StepOutcome<ServeTimes>>;

function startServing(
  { lease, attempt }: Booted,
  { pulse, instance }: { readonly pulse: Pulse | null; readonly instance: Present },
  now: EpochMs,
): Confirmed {
  const deadline = after(now, lease.terms.duration);
  const since = pulse === null ? null : runningSince(pulse, attempt.createdAt);
  const runningAt = earliest(since ?? now, attempt.runningAt ?? now);
  const ready = {
    attempt: {
      ...withReading(lease, { ...attempt, runningAt }, { rate: instance.rate, at: now }),
      report: null,
    },
    deadline,
    ssh: [...instance.ssh],
    facts: pulse?.facts ?? null,
    reason: `the instance is ready; the lease runs until ${isoTime(deadline)}`,
  };
  const active = repriceHold(activate(lease, ready, now), now);
  return { commit: active, result: firstWait(active, pulse, now) };
}

function retireFaulty(
  { lease, attempt }: Booted,
  {
    instance,
    reason,
    why,
  }: Pick<ReadyFacts, 'instance'> & Extract<ReadyVerdict, { kind: 'fault' }>,
  now: EpochMs,
): Confirmed {
  const runs = instance !== 'absent' && instance.status === 'running';
  // The start of the instance was not observed: it is charged from its creation, never too little.
  const seen = runs
    ? withReading(lease, observeRunning(attempt, attempt.createdAt), {
        rate: instance.rate,
        at: now,
      })
    : attempt;
  const retired = withAttempt(lease, retireAttempt(seen, reason));
  const event = { type: 'attempt-failed', reason: `${reason}: ${why}` };
  return { commit: addEvent(retired, event, now), result: detour('attempt-failed', why) };
}

/** Makes the lease active, or retires the attempt when the instance has a fault. */
export function decideReadiness(
  lease: Lease,
  facts: ReadyFacts & { readonly input: StepInput },
  now: EpochMs,
): Confirmed {
  const skip = skipReason(lease, facts.input);
  if (skip !== null) return keep(skip);
  if (lease.state === 'active') return keep(firstWait(lease, facts.pulse, now));
  const attempt = currentAttempt(lease);
  if (lease.state !== 'booting' || attempt?.state !== 'created') {
    return keep(detour('attempt-failed', 'the attempt was retired before'));
  }
  const verdict = judgeReadiness(lease, facts);
  const booted = { lease, attempt };
  switch (verdict.kind) {
    case 'fault':
      return retireFaulty(booted, { instance: facts.instance, ...verdict }, now);
    case 'bad-image': {
      const { why } = verdict;
      const commit = endLease(lease, { reason: 'bad-image', why }, now);
      return { commit, result: detour('lease-over', why) };
    }
    case 'waiting':
      return keep(detour('not-ready', verdict.why));
    case 'ready':
      return startServing(booted, { pulse: facts.pulse, instance: verdict.instance }, now);
  }
}

/**
 * Records the provider's report about the instance of this attempt. The GPU is charged from the
 * first report that it runs.
 */
export function recordReport(
  lease: Lease,
  { attempt: number, report }: { readonly attempt: number; readonly report: InstanceReport },
): Lease {
  const attempt = currentAttempt(lease);
  if (attempt?.number !== number || attempt.state !== 'created') return lease;
  const runs = report.instance !== 'absent' && report.instance.status === 'running';
  const seen = runs ? observeRunning(attempt, report.at) : attempt;
  return withAttempt(lease, { ...seen, report });
}

/** The report that readiness may be decided on; null when there is none or it is too old. */
export function recentReport(
  { report }: AttemptIn<'created'>,
  now: EpochMs,
): ReportedInstance | null {
  if (report === null || between(report.at, now) > policy.ready.maxReportAge) return null;
  return report.instance;
}

/** The attempt whose instance does not have the SSH key yet; null when there is none. */
export function attemptWithoutKey(lease: Lease): AttemptIn<'created'> | null {
  const attempt = currentAttempt(lease);
  if (isOver(lease) || attempt?.state !== 'created') return null;
  return attempt.keyAttached === null ? attempt : null;
}

const KEY_WORDS = {
  attached: 'the provider attached the SSH key; the start script also contains it',
  refused: 'the provider refused to attach the SSH key; the start script contains it',
} as const;

/** Records the provider's response to attaching the SSH key to this attempt's instance. */
export function recordKey(
  lease: Lease,
  key: { readonly attempt: number; readonly answer: keyof typeof KEY_WORDS },
  now: EpochMs,
): Lease {
  const attempt = currentAttempt(lease);
  if (attempt?.number !== key.attempt || attempt.state !== 'created') return lease;
  const answered = withAttempt(lease, { ...attempt, keyAttached: key.answer === 'attached' });
  return addEvent(answered, { type: 'key-handed-over', reason: KEY_WORDS[key.answer] }, now);
}
