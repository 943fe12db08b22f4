// Decisions about the queues of provider work, each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { hours, minutes, seconds } from '../time.ts';
import { functionsPolicy } from './functions.ts';

export const queuePolicy = {
  queue: {
    /**
     * How long a message in work is hidden, renewed while its worker lives: after a crash, its
     * group waits no longer.
     */
    hold: seconds(60),
    renewEvery: seconds(20),
    /** The visibility of a message that no worker has taken up yet, beyond its function's time. */
    visibilityMargin: seconds(30),
    /** A message that came this often without an end is put aside for an operator. */
    maxReceives: 1_000,
    retention: hours(14 * 24),
    /** A step whose runs crashed this often is not run again: it would crash again. */
    maxTries: 3,
    /** Deliveries of a message until a refused call gives up its place for others. */
    maxRefusals: 5,
    /** When a worker that can't go on takes the same message again. */
    again: seconds(10),
    maxAgain: minutes(5),
    /** The second try to answer the workflow; then the sweep does it. */
    answerAgainAfter: seconds(5),
    /** How many messages a queue has with its function at once. */
    maxConcurrency: 10,
    /** A lease may wait in a queue for this long without counting as stuck. */
    due: minutes(120),
    /** A message whose turn should have come this long ago is sent again. */
    resendAfter: minutes(10),
  },
} as const;

const { hold, renewEvery } = queuePolicy.queue;
invariant(renewEvery * 2 < hold, 'a worker that missed one renewal still holds its message');
invariant(
  hold <= functionsPolicy.functionTimeout['work-provider'],
  'a message is hidden no longer than its function may run',
);
