// Numbers that are decisions, not configuration: each with its unit and reason. Numbers that only
// make sense together are checked against each other when this file loads.

import { invariant } from './invariant.ts';
import { microUsd, microUsdPerHour } from './money.ts';
import { type DurationMs, hours, minutes, seconds, times, total } from './time.ts';

export const policy = {
  lease: {
    /** An hour is enough to try something, and too little to hurt. */
    durationDefault: hours(1),
    durationLeast: minutes(5),
    /** Beyond this a person has to decide. */
    durationMost: hours(12),
    silenceDefault: minutes(5),
    silenceLeast: minutes(1),
    silenceMost: minutes(60),
    /** $2 an hour takes every single consumer card of November 2026 and no surprise. */
    ceilingDefault: microUsdPerHour(2_000_000),
    ceilingMost: microUsdPerHour(200_000_000),
    diskGbDefault: 20,
    diskGbMost: 2_000,
    /** Attempts at a machine before the lease ends as `no-offer`. */
    attemptsMost: 3,
    /** Calls that were never carried out use up numbers too; the tag has two digits. */
    attemptNumbersMost: 90,
    /** Vast.ai allows 4,096 bytes in all; the key and the agent need their share. */
    startScriptBytesMost: 2_000,
  },
  transfer: {
    /** Gigabytes set aside in the hold: an image, a data set, a result. */
    allowanceGb: 20,
    /** Offers with dearer transfer are left out: $0.03 a GB is ten times the common price. */
    dearestMicroUsdPerGb: microUsd(30_000),
  },
  account: {
    /** An item's write cost grows with its size; larger teams take several accounts. */
    openLeasesMost: 200,
  },
  launch: {
    /** The winner of the attempt write calls create within this, or not at all. */
    createWithin: seconds(5),
    /** How long the launch function may run: `Launch instance`'s function timeout. */
    functionTimeout: minutes(3),
  },
  ready: {
    /** How long one look at a booting machine's SSH port may take. */
    probeTimeout: seconds(5),
    /** No provider's card may allow a longer boot: a lease waits this long without progress. */
    bootLimitMost: minutes(30),
  },
  heartbeat: {
    /** How often a node is asked to beat. */
    every: seconds(60),
  },
  teardown: {
    /** Without proof after this the execution ends well and the sweep owns the lease. */
    handOverAfter: hours(24),
    /** What one attempt's teardown may cost in time: several listings and a slow destroy. */
    allowance: minutes(10),
  },
  deadline: {
    /** How long after its deadline the schedule gives the workflow to end a lease first. */
    grace: seconds(30),
    /** An unfinished lease is looked at again after this, until it is ended. */
    recheck: minutes(5),
  },
  step: {
    /** By when a step must have made progress, before its lease counts as stuck. */
    due: minutes(5),
    /** The longest pause between two rounds of teardown; `Prove absence` names the same number. */
    teardownPause: minutes(15),
  },
  commit: {
    /** Two actors on one lease: this many reloads, then the step is retried as a whole. */
    attempts: 5,
  },
  listing: {
    /** 25 a page at Vast.ai: room for 10,000 instances. More is a failure, not a guess. */
    pagesMost: 400,
  },
  search: {
    /** 64 offers a page at Vast.ai: room for 25,600 offers. */
    pagesMost: 400,
  },
  events: { pageSize: 100 },
  menu: {
    /** Between two refreshes of the menu. */
    refreshEvery: minutes(5),
    /** An older snapshot is not chosen from: its offers are gone. */
    staleAfter: minutes(30),
  },
} as const;

/** The longest a lease can take to become active, when no attempt outlasts `attemptLimit`. */
export const launchBound = (attemptLimit: DurationMs): DurationMs =>
  times(total(attemptLimit, policy.step.due), policy.lease.attemptsMost);

invariant(
  policy.lease.silenceLeast >= policy.heartbeat.every,
  'the silence limit must leave room for one heartbeat',
);
invariant(
  policy.lease.silenceDefault >= 3 * policy.heartbeat.every,
  'the default silence limit must survive two lost heartbeats',
);
invariant(
  policy.lease.durationDefault <= policy.lease.durationMost &&
    policy.lease.durationLeast <= policy.lease.durationDefault,
  'the default duration must be within its bounds',
);
invariant(
  policy.launch.createWithin < policy.launch.functionTimeout,
  'a function must outlive the moment in which it may call create',
);
invariant(
  policy.menu.staleAfter >= 3 * policy.menu.refreshEvery,
  'one failed refresh must not empty the menu',
);
invariant(
  policy.teardown.handOverAfter > policy.lease.durationMost,
  'a teardown must be given longer than any lease',
);
