// Numbers that are decisions, not configuration: each with its unit and reason. Numbers that only
// make sense together are checked against each other when this file loads.

import { invariant } from '../invariant.ts';
import { microUsd, microUsdPerHour } from '../money.ts';
import { type DurationMs, durationMs, hours, minutes, seconds, times, total } from '../time.ts';
import { balancePolicy } from './billing.ts';

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
    /** With the SSH key: Vast.ai allows 4,096 bytes in all, and the agent needs its share. */
    startScriptBytesMost: 1_600,
  },
  transfer: {
    /** Gigabytes set aside in the hold unless asked otherwise: an image, a data set, a result. */
    gbDefault: 20,
    gbMost: 10_000,
    /** Offers with dearer transfer are left out: $0.03 a GB is ten times the common price. */
    ceilingDefault: microUsd(30_000),
    ceilingMost: microUsd(10_000_000),
  },
  account: {
    /** An item's write cost grows with its size; larger teams take several accounts. */
    openLeasesMost: 200,
    /** They are told one by one: more would be noise. */
    thresholdsMost: 10,
    gpuNamesMost: 50,
    /** Open holds that a refusal names, the largest first. */
    holdsShown: 5,
    /** Events of an account in one page. */
    notesPage: 100,
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
    /** How old the beat that counts may be when another beat extends a wait by a whole limit. */
    freshFor: seconds(20),
    /** How often a node is asked to beat. */
    every: seconds(60),
  },
  node: {
    /** A machine that hears nothing for this long ends itself; see `deafLimit`. */
    deafLeast: minutes(30),
    /** By so much it outlasts the silence limit: whoever is silent is ended by us first. */
    deafMargin: minutes(5),
    /** A machine waits for us this long after its end, then it ends itself. */
    grace: seconds(60),
    /** The consumer's last script begins so long before the end: its time is the lease's. */
    lastScript: seconds(60),
  },
  idle: {
    windowLeast: minutes(5),
    windowMost: hours(12),
    /** Between the warning and the end of an idle lease. */
    notice: minutes(5),
    /** Older beats say nothing about the present: two may get lost. */
    dataGap: minutes(3),
  },
  teardown: {
    /** Without proof after this the execution ends well and the sweep owns the lease. */
    handOverAfter: hours(24),
    /** What one attempt's teardown may cost in time: several listings and a slow destroy. */
    allowance: minutes(10),
    /** A hold that is outgrown grows by what this costs: one entry an hour, not one a minute. */
    growHoldBy: hours(1),
  },
  extension: {
    /** An extension commits within this after its hold was raised, or raises it again. */
    commitWithin: seconds(30),
    /** A raised hold that no lease has committed by then was left by a crash. */
    trimAfter: minutes(2),
    /** Keys of the newest extensions that a lease remembers: retries come within seconds. */
    keysKept: 20,
    /** Beyond this even an approval has to be renewed. */
    approvedMost: hours(720),
  },
  correction: {
    /** Keys of the newest corrections that a lease remembers: a person makes few. */
    keysKept: 20,
  },
  reconcile: {
    /** Charges are compared with the provider's once a day: it tells them by the day. */
    every: hours(24),
    /** Leases settled this long ago are compared still: the present month and the last. */
    lookBack: hours(62 * 24),
    /** A person is told of a difference above this share of the charge, and above $0.01. */
    driftShare: 0.01,
    driftLeast: microUsd(10_000),
    /** And of every one above $1. */
    driftMost: microUsd(1_000_000),
    /** Findings that the record has room for; more are counted. */
    findingsKept: 100,
    /** Findings told one by one: more would be one story. */
    findingsPaged: 10,
  },
  balance: balancePolicy,
  freeze: {
    /** Between two rounds of a freeze that is not finished. */
    every: minutes(1),
    /** Freezes and thaws that the record of a scope remembers. */
    actsKept: 10,
  },
  standalone: {
    /** Rounds of destroying and listing; a pause of the list lag between them. */
    roundsMost: 20,
  },
  doctor: {
    /** Leases shown one by one, the most urgent first: more would hide them. */
    patientsMost: 100,
  },
  deadline: {
    /** How long before its end a lease warns of it, the longest first. */
    warnBefore: [minutes(15), minutes(5), minutes(1)],
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
    /** Executions that end badly are replaced at once up to this generation; then by the sweep,
     * which waits longer each time: one that fails at its first step would loop without a pause. */
    restartsAtOnce: 3,
  },
  sweep: {
    /** While leases are open; a machine without a lease lives for two of these at most. */
    every: minutes(1),
    /** While none is: what nobody recorded is found all the same. */
    idleEvery: minutes(5),
    /** Two sightings this far apart are two, though a sweep came some seconds early. */
    apart: seconds(45),
    /** Three sweeps in a row were missed or failed: nobody knows what runs. */
    staleAfter: minutes(15),
    /** The workflow and the schedule come first: past its deadline by this, a lease is overdue. */
    overdueAfter: minutes(1),
    /** A wake that was committed and didn't arrive for this long is sent again. */
    wakeAfter: minutes(1),
    /** An admission writes its lease within seconds after its hold. */
    holdAlone: minutes(2),
    /** A person is told of a teardown that takes longer. */
    teardownPage: hours(1),
    /** What it can't do in this time is left to the next: below its function's timeout. */
    longest: minutes(4),
    /** Suspects a record remembers: an item has 400 KB. More are seen again by the next. */
    suspectsMost: 3_000,
  },
  crowd: {
    /** So many strange things at once, or such a part of all, are our own mistake: people look. */
    least: 3,
    percent: 20,
  },
  silence: {
    /** A lease that falls silent is looked at again before it ends; so the crowd is seen first. */
    secondLook: seconds(30),
    /** Leases that fall silent within this are one crowd; one that is held is looked at again. */
    window: minutes(5),
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
  ledger: {
    /** Entries read at once: a page of DynamoDB holds 1 MB, and no entry 1 KB. */
    pageSize: 1_000,
    /** Ten million entries of one account. */
    pagesMost: 10_000,
  },
  days: {
    /**
     * After midnight UTC: longer than any function runs, so that what the day decided is committed,
     * and than the index of open leases lags, so that what is committed is seen.
     */
    closeAfter: minutes(30),
    /** Days of one account that are closed in one run. */
    closeMost: 400,
  },
  costs: {
    /** A report spans a year and some, not everything there ever was. */
    spanDaysMost: 400,
    /** Accounts read at once. */
    accountsAtOnce: 10,
  },
  verify: {
    /** Leases of one account that are looked at again because they moved while it was read. */
    doubtsMost: 500,
    /** Looks at an account that changes while it is looked at. */
    looksMost: 4,
    /** How far back a second look reads the entries: clocks differ, steps take time. */
    overlap: minutes(10),
    /** A page of accounts ends after this: an HTTP API gives up after 30 s. */
    pageFor: seconds(10),
  },
  menu: {
    /** Between two refreshes of the menu. */
    refreshEvery: minutes(5),
    /** Offers of one snapshot that are known to be gone: 6 KB of names in an item read often. */
    goneMost: 200,
    /** An older snapshot is not chosen from: its offers are gone. */
    staleAfter: minutes(30),
  },
} as const;

/** The longest a lease can take to become active, when no attempt outlasts `attemptLimit`. */
export const launchBound = (attemptLimit: DurationMs): DurationMs =>
  times(total(attemptLimit, policy.step.due), policy.lease.attemptsMost);

/** After hearing nothing for this long a machine ends itself: always after we gave it up. */
export const deafLimit = (silenceLimit: DurationMs): DurationMs =>
  durationMs(Math.max(policy.node.deafLeast, silenceLimit + policy.node.deafMargin));

invariant(
  policy.node.grace > policy.deadline.grace,
  'a machine ends itself only after its schedule had its turn',
);
invariant(
  policy.idle.dataGap >= 3 * policy.heartbeat.every,
  'idleness must survive two late heartbeats',
);
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
  policy.extension.trimAfter >= 3 * policy.extension.commitWithin,
  'no hold may be trimmed under an extension that is still under way',
);
invariant(
  policy.silence.secondLook < minutes(1),
  'a silent lease must end within its limit and a minute',
);
invariant(
  policy.sweep.apart < policy.sweep.every && policy.sweep.longest > policy.sweep.every,
  'two sweeps in a row must be two sightings',
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
