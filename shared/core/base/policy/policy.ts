// Numbers that are decisions, not configuration: each with its unit and reason, one file per
// domain. Numbers that depend on each other are checked when a file loads: those of one domain in
// its own file, those of several domains here.

import { invariant } from '../invariant.ts';
import { awsPolicy } from './aws.ts';
import { billingPolicy } from './billing.ts';
import { functionsPolicy } from './functions.ts';
import { gatePolicy } from './gate.ts';
import { instancePolicy } from './instance.ts';
import { leasePolicy } from './lease.ts';
import { ledgerPolicy } from './ledger.ts';
import { menuPolicy } from './menu.ts';
import { operationsPolicy } from './operations.ts';
import { queuePolicy } from './queue.ts';
import { sweepPolicy } from './sweep.ts';

export const policy = {
  ...instancePolicy,
  ...gatePolicy,
  ...ledgerPolicy,
  ...leasePolicy,
  ...billingPolicy,
  ...menuPolicy,
  ...sweepPolicy,
  ...operationsPolicy,
  ...awsPolicy,
  ...functionsPolicy,
  ...queuePolicy,
} as const;

invariant(
  policy.launch.createWithin < policy.stepBudget.launch,
  'a step must outlive the moment in which it may call create',
);

invariant(
  policy.node.grace > policy.deadline.grace,
  'an instance destroys itself only after its schedule has fired',
);

invariant(
  policy.sweep.missingWait > policy.heartbeat.every,
  'an instance that runs must have sent a heartbeat before it counts as lost',
);

invariant(
  policy.ownership.evidenceMaxAge >= policy.sweep.maxDuration,
  'a sweep must be able to act on its own listing',
);

invariant(
  policy.silence.secondLook >= policy.heartbeat.every + 15_000 &&
    policy.silence.secondLook >= policy.heartbeat.freshFor + 15_000,
  'between the limit and the second look there must be a heartbeat, and the first look',
);

invariant(
  policy.ingest.maxGap >= 2 * policy.sweep.every,
  'one late heartbeat of our own must be no gap',
);

invariant(
  policy.lease.minSilence >= policy.heartbeat.every,
  'the silence limit must leave room for one heartbeat',
);

invariant(
  policy.lease.defaultSilence >= 3 * policy.heartbeat.every,
  'the default silence limit must survive two lost heartbeats',
);
