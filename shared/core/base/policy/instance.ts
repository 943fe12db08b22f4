// Decisions about instances: their launch, start, heartbeats and listings,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { type DurationMs, durationMs, hours, minutes, seconds } from '../time.ts';

export const instancePolicy = {
  launch: {
    /** Create is called within this real time after its pass was taken, or not at all. */
    createWithin: seconds(5),
  },
  ready: {
    /** The timeout of one probe of an instance's SSH port. */
    probeTimeout: seconds(5),
    /** The maximum age of the provider's report that readiness is decided on. */
    maxReportAge: minutes(5),
    /** The maximum boot limit of a provider's card: a lease makes no progress for this long. */
    maxBootLimit: minutes(30),
  },
  heartbeat: {
    /**
     * The maximum age of the heartbeat that counts when another heartbeat restarts the wait: an
     * interval and some delay, so that node and application may send at different times.
     */
    freshFor: seconds(70),
    /** The interval of heartbeats from an instance. */
    every: seconds(60),
  },
  node: {
    /**
     * An instance that never received a reply destroys itself after this time; see
     * `noContactLimit`.
     */
    minNoContact: minutes(30),
    /** How much longer than the silence limit it is: the service ends a silent lease first. */
    noContactMargin: minutes(5),
    /**
     * An instance that received a reply before destroys itself after this time without another, or
     * at its end: an outage of the service of 4 hours must end no lease.
     */
    maxOutage: hours(5),
    /** How long an instance waits after the end of its lease before it destroys itself. */
    grace: seconds(60),
    /**
     * The consumer's last script starts this long before the end: its time is part of the lease.
     */
    lastScript: seconds(60),
  },
  idle: {
    minWindow: minutes(5),
    maxWindow: hours(12),
    /** Between the warning and the end of an idle lease. */
    notice: minutes(5),
    /** Older heartbeats do not count: two may be lost. */
    dataGap: minutes(3),
  },
  ownership: {
    /** An instance is destroyed only when it was shown to be ours within this time. */
    evidenceMaxAge: minutes(5),
    /** A verified instance is destroyed without evidence when none can be had for this long. */
    evidencePatience: minutes(10),
    /** A provider's clock may be this much behind ours when it dates the start of an instance. */
    maxClockLag: minutes(5),
  },
  rate: {
    /** Two readings of a rate agree only when they are at least this far apart. */
    agreeAfter: seconds(60),
    /** An attempt keeps this many rates: a price that changes each half hour of a long lease. */
    maxSegments: 24,
    /** A single reading above this multiple of the ceiling is paged. */
    doubtfulFactor: 10,
    /** $1,000,000 an hour: higher readings count as this, so that no sum passes 2^53. */
    max: 1_000_000_000_000,
  },
  bytes: {
    /**
     * Reported bytes are believed up to this multiple of what the instance's link can carry:
     * providers measure links roughly.
     */
    linkFactor: 4,
    /** Megabits per second of a link whose speed the provider does not report. */
    unknownLinkMbps: 10_000,
    /** Megabits per second: no single host has a faster link. */
    maxLinkMbps: 1_000_000,
    /** Counted bytes per direction saturate here, so that no sum passes 2^53. */
    max: 2 ** 50 - 1,
    /** Bytes are unreported after this many heartbeats without a counter. */
    missedHeartbeats: 3,
  },
  listing: {
    /** Enough for 10,000 instances in pages of 25. More is a failure. */
    maxPages: 400,
  },
} as const;

/**
 * How long an instance waits for its first reply before it destroys itself: always longer than the
 * service waits for its heartbeat.
 */
export const noContactLimit = (silenceLimit: DurationMs): DurationMs =>
  durationMs(
    Math.max(instancePolicy.node.minNoContact, silenceLimit + instancePolicy.node.noContactMargin),
  );

invariant(
  instancePolicy.heartbeat.freshFor > instancePolicy.heartbeat.every,
  'two senders with the same interval must keep a wait alive',
);

invariant(
  instancePolicy.idle.dataGap >= 3 * instancePolicy.heartbeat.every,
  'idleness must survive two late heartbeats',
);
