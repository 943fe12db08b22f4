// Decisions about the rate of calls to providers, each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { minutes, seconds } from '../time.ts';

export const gatePolicy = {
  gate: {
    /**
     * Added to the provider's interval, the larger of both: without it, every second call is
     * refused, since the time on the way differs from call to call.
     */
    marginPercent: 10,
    minMargin: seconds(0.5),
    /** Each refused call makes the interval this many thousandths of what it was. */
    slowDownThousandths: 1_500,
    /** The interval in thousandths of the provider's: no provider is eight times as strict. */
    maxFactorThousandths: 8_000,
    /** After this many calls without a refusal, the interval shrinks again. */
    passesToSpeedUp: 20,
    speedUpThousandths: 900,
    /** No refusal blocks calls for longer, whatever its `Retry-After` says. */
    maxBlock: minutes(5),
    /** A provider without an answer is left alone for this long, then twice as long each time. */
    firstClosure: seconds(60),
    maxClosure: minutes(5),
    /** Teardown tries more often: an instance that nobody ends costs money. */
    maxTeardownClosure: seconds(30),
    /** Unanswered creates in a row that close a gate. */
    unansweredToClose: 2,
    /** Server errors in a row that close a gate. */
    errorsToClose: 3,
    /** How long a call waits for its pass; then its step comes again later. */
    patience: seconds(10),
    /** Tries within this time: others may be faster each time. */
    maxTries: 40,
    /** A time on the gate that is further ahead of the reader's clock is wrong. */
    maxClockLead: minutes(6),
    /** On a limit that several kinds of calls share, teardown has the other half. */
    sharePercent: { launch: 50, read: 50 },
    /** The part of an hour's or a day's calls that each kind may use; teardown may use all. */
    windowPercent: { launch: 80, read: 60 },
  },
} as const;

invariant(
  gatePolicy.gate.maxClockLead > gatePolicy.gate.maxBlock,
  'the longest block must not look like a wrong clock',
);
