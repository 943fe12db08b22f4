// Decisions about instances: their launch, start, heartbeats and listings,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { type DurationMs, durationMs, hours, minutes, seconds } from '../time.ts';

export const instancePolicy = {
  launch: {
    /** The winner of the attempt write calls create within this, or not at all. */
    createWithin: seconds(5),
  },
  ready: {
    /** How long one look at a booting instance's SSH port may take. */
    probeTimeout: seconds(5),
    /** No provider's card may allow a longer boot: a lease waits this long without progress. */
    maxBootLimit: minutes(30),
  },
  heartbeat: {
    /**
     * How old the heartbeat that counts may be when another heartbeat extends a wait by a whole
     * limit.
     */
    freshFor: seconds(20),
    /** How often a node is asked to send heartbeats. */
    every: seconds(60),
  },
  node: {
    /** An instance that hears nothing for this long ends itself; see `noContactLimit`. */
    minNoContact: minutes(30),
    /** By so much it outlasts the silence limit: whoever is silent is ended by us first. */
    noContactMargin: minutes(5),
    /** An instance waits for us this long after its end, then it ends itself. */
    grace: seconds(60),
    /** The consumer's last script begins so long before the end: its time is the lease's. */
    lastScript: seconds(60),
  },
  idle: {
    minWindow: minutes(5),
    maxWindow: hours(12),
    /** Between the warning and the end of an idle lease. */
    notice: minutes(5),
    /** Older heartbeats say nothing about the present: two may get lost. */
    dataGap: minutes(3),
  },
  listing: {
    /** Room for 10,000 instances of a market that pages by 25. More is a failure, not a guess. */
    maxPages: 400,
  },
} as const;

/** After hearing nothing for this long an instance ends itself: always after we gave it up. */
export const noContactLimit = (silenceLimit: DurationMs): DurationMs =>
  durationMs(
    Math.max(instancePolicy.node.minNoContact, silenceLimit + instancePolicy.node.noContactMargin),
  );

invariant(
  instancePolicy.idle.dataGap >= 3 * instancePolicy.heartbeat.every,
  'idleness must survive two late heartbeats',
);
