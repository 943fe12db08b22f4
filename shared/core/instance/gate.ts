// The gate of one limit of a provider: which calls may be sent now. A provider limits the calls of
// an account, not of a lease, so all leases and all functions share a gate. Without a pass, no call
// is sent. What a provider answers corrects the gate: its documentation may be wrong, and other
// programs may use the same account.

import * as z from 'zod/mini';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import {
  after,
  type DurationMs,
  durationMs,
  EpochMs,
  epochMs,
  hours,
  latest,
  longest,
  times,
  total,
} from '../base/time.ts';
import type { CallClass, ProviderLimit } from './card.ts';

/** The calls counted in one window of a limit, such as an hour. */
const Used = z.object({ calls: z.int(), resetAt: EpochMs });

export const Gate = z.object({
  provider: ProviderName,
  /** The name of the limit. */
  limit: z.string(),
  version: z.int(),
  /** The last pass. */
  lastAt: EpochMs,
  /** The last pass of any class but destroy. */
  lastOtherAt: EpochMs,
  blockedUntil: EpochMs,
  /** The interval in thousandths of the provider's. */
  factorThousandths: z.int(),
  /** Passes since the last refusal, or since the interval last shrank. */
  calm: z.int(),
  /** Calls in a row without an answer of the provider, and closures because of them. */
  unanswered: z.int(),
  errors: z.int(),
  closures: z.int(),
  /** In the order of the limit's windows. */
  used: z.array(Used),
});
export type Gate = z.infer<typeof Gate>;

const LONG_AGO = epochMs(0);

/** A gate that no call has passed. */
export const newGate = (provider: ProviderName, limit: string): Gate => ({
  ...{ provider, limit, version: 0, lastAt: LONG_AGO, lastOtherAt: LONG_AGO },
  ...{ blockedUntil: LONG_AGO, factorThousandths: 1_000, calm: 0 },
  ...{ unanswered: 0, errors: 0, closures: 0, used: [] },
});

export type Passing =
  | { readonly kind: 'pass'; readonly next: Gate }
  /** No pass is free before `until`. */
  | { readonly kind: 'wait'; readonly until: EpochMs };

const scaled = (length: DurationMs, thousandths: number): DurationMs =>
  durationMs(Math.ceil((length * thousandths) / 1_000));

const isLong = ({ every }: ProviderLimit['windows'][number]): boolean => every >= hours(1);

/** The windows whose calls are counted; shorter ones give the interval. */
const countedWindows = ({ windows }: ProviderLimit) => windows.filter(isLong);

/** The provider's interval between two calls, as its short windows say. */
function intervalOf({ windows }: ProviderLimit): DurationMs {
  const short = windows.filter((window) => !isLong(window));
  return longest(...short.map(({ every, calls }) => durationMs(Math.ceil(every / calls))));
}

/** The time between two passes. */
export function stepOf(limit: ProviderLimit, { factorThousandths }: Gate): DurationMs {
  const { marginPercent, minMargin } = policy.gate;
  const interval = intervalOf(limit);
  const margin = longest(minMargin, scaled(interval, marginPercent * 10));
  return scaled(total(interval, margin), factorThousandths);
}

/** Which part of a shared limit a class may use. */
const kindOf = (callClass: CallClass): 'destroy' | 'launch' | 'read' =>
  callClass === 'destroy' || callClass === 'launch' ? callClass : 'read';

/** When the windows of hours and days let the next call of the class pass. */
function windowsFreeAt(gate: Gate, limit: ProviderLimit, { callClass, now }: Ask): EpochMs {
  const kind = kindOf(callClass);
  const percent = kind === 'destroy' ? 100 : policy.gate.windowPercent[kind];
  const full = countedWindows(limit).flatMap(({ calls }, index) => {
    const used = gate.used[index];
    const isFull = used !== undefined && now < used.resetAt && used.calls * 100 >= calls * percent;
    return isFull ? [used.resetAt] : [];
  });
  return latest(LONG_AGO, ...full);
}

/** When the shares of a limit that several classes use let the next call pass. */
function shareFreeAt(gate: Gate, limit: ProviderLimit, { callClass }: Ask): EpochMs {
  const kind = kindOf(callClass);
  if (kind === 'destroy' || !limit.covers.includes('destroy') || limit.covers.length === 1) {
    return LONG_AGO;
  }
  const percent = policy.gate.sharePercent[kind];
  return after(gate.lastOtherAt, scaled(stepOf(limit, gate), 100_000 / percent));
}

function counted(gate: Gate, limit: ProviderLimit, now: EpochMs): Gate['used'] {
  return countedWindows(limit).map(({ every }, index) => {
    const used = gate.used[index];
    return used === undefined || now >= used.resetAt
      ? { calls: 1, resetAt: after(now, every) }
      : { ...used, calls: used.calls + 1 };
  });
}

/** The interval after one more pass: it shrinks after a number of passes without a refusal. */
function spedUp({ factorThousandths, calm }: Gate): Pick<Gate, 'factorThousandths' | 'calm'> {
  const { passesToSpeedUp, speedUpThousandths } = policy.gate;
  if (calm + 1 < passesToSpeedUp) return { factorThousandths, calm: calm + 1 };
  const faster = Math.floor((factorThousandths * speedUpThousandths) / 1_000);
  return { factorThousandths: Math.max(1_000, faster), calm: 0 };
}

/** Whether a wrong clock wrote the gate: a time is far ahead of the reader's. It is overwritten. */
export function isFromFuture(gate: Gate, now: EpochMs): boolean {
  const limit = after(now, policy.gate.maxClockLead);
  return gate.lastAt > limit || gate.blockedUntil > limit;
}

const corrected = (gate: Gate, now: EpochMs): Gate =>
  isFromFuture(gate, now)
    ? { ...gate, lastAt: LONG_AGO, lastOtherAt: LONG_AGO, blockedUntil: LONG_AGO }
    : gate;

type Ask = { readonly callClass: CallClass; readonly now: EpochMs };

/** Whether a call of the class may be sent at `now`. */
export function decidePass(stored: Gate, limit: ProviderLimit, ask: Ask): Passing {
  const { callClass, now } = ask;
  const gate = corrected(stored, now);
  const until = latest(
    gate.blockedUntil,
    after(gate.lastAt, stepOf(limit, gate)),
    shareFreeAt(gate, limit, ask),
    windowsFreeAt(gate, limit, ask),
  );
  if (until > now) return { kind: 'wait', until };
  const next = {
    ...gate,
    ...spedUp(gate),
    version: gate.version + 1,
    lastAt: now,
    lastOtherAt: callClass === 'destroy' ? gate.lastOtherAt : now,
    used: counted(gate, limit, now),
  };
  return { kind: 'pass', next };
}

/** What became of a call. */
export type CallResult =
  | { readonly kind: 'answered' }
  /** 429, with its `Retry-After` when it has one. */
  | { readonly kind: 'refused'; readonly retryAfter: DurationMs | null }
  /** No answer, or an answer of something before the provider. */
  | { readonly kind: 'unanswered' }
  /** 5xx. */
  | { readonly kind: 'error' };

/** `passed` is the gate as the pass of the call left it. */
type Sent = { readonly callClass: CallClass; readonly passed: Gate; readonly now: EpochMs };

/** The gate after the provider refused calls for `refusal`. */
function refused(gate: Gate, refusal: DurationMs, now: EpochMs): Gate {
  const { maxBlock, slowDownThousandths, maxFactorThousandths } = policy.gate;
  const block = durationMs(Math.min(refusal, maxBlock));
  const slower = Math.ceil((gate.factorThousandths * slowDownThousandths) / 1_000);
  return {
    ...gate,
    blockedUntil: latest(gate.blockedUntil, after(now, block)),
    factorThousandths: Math.min(maxFactorThousandths, slower),
    calm: 0,
  };
}

/** The gate closed for a provider that does not answer: then one call tries it again. */
function closed(gate: Gate, { callClass, now }: Sent): Gate {
  const { firstClosure, maxClosure, maxTeardownClosure } = policy.gate;
  const longestClosure = callClass === 'destroy' ? maxTeardownClosure : maxClosure;
  const length = Math.min(times(firstClosure, 2 ** Math.min(gate.closures, 10)), longestClosure);
  return {
    ...gate,
    blockedUntil: latest(gate.blockedUntil, after(now, durationMs(length))),
    closures: gate.closures + 1,
  };
}

/**
 * The gate after a call; null when it stays as it is. A burst of refused calls counts once: only
 * the first of them finds the gate as its pass left it.
 */
export function noteResult(
  gate: Gate,
  limit: ProviderLimit,
  { result, ...sent }: Sent & { readonly result: CallResult },
): Gate | null {
  const next = { ...gate, version: gate.version + 1 };
  const { unansweredToClose, errorsToClose } = policy.gate;
  switch (result.kind) {
    case 'answered': {
      const isCalm = gate.unanswered + gate.errors + gate.closures === 0;
      return isCalm ? null : { ...next, unanswered: 0, errors: 0, closures: 0 };
    }
    case 'refused':
      if (gate.blockedUntil !== sent.passed.blockedUntil) return null;
      return refused(next, result.retryAfter ?? limit.penalty, sent.now);
    case 'unanswered': {
      const counting = { ...next, unanswered: gate.unanswered + 1 };
      return counting.unanswered < unansweredToClose ? counting : closed(counting, sent);
    }
    case 'error': {
      const counting = { ...next, errors: gate.errors + 1 };
      return counting.errors < errorsToClose ? counting : closed(counting, sent);
    }
  }
}
