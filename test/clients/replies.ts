// One reply of each route with all its fields, and with additional fields as a newer service might
// send them.

import type {
  Account,
  Freeze,
  LedgerEntry,
  Reconciliation,
  Run,
} from '../../clients/client/replies.ts';
import type { RouteName } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { brandId, ConsumerId, RunId } from '../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour, signedMicroUsd } from '../../shared/core/base/money.ts';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import { epochMs, monthOf } from '../../shared/core/base/time.ts';
import { someLimits } from '../support/builders/ledger.ts';
import { aLease, anActiveLease, anEndedLease, anEvent, anOffer, at } from './builders.ts';

const consumer = brandId(ConsumerId, '123456789012/trainer');
const provider: ProviderName = 'vastai';
const month = monthOf(epochMs(Date.UTC(2026, 10, 21)));
const leaseId = aLease().id;
const amount = microUsd(1_250_000);
const rate = microUsdPerHour(242_800);
const limits = someLimits({ thresholds: [{ percent: 80, action: 'notify' }] });

const parts = { gpuMicroUsd: amount, diskMicroUsd: amount, transferMicroUsd: amount };
const waste = { failedMicroUsd: amount, teardownMicroUsd: amount, idleMicroUsd: amount };
const charge: NonNullable<LedgerEntry['charge']> = {
  ...{ attempt: 1, provider, gpuName: 'RTX 4090', gpuCount: 1, jobId: 'job-1' },
  ...{ from: at(0), until: at(60), ...parts, ...waste },
};

const entry: LedgerEntry = {
  ...{ leaseId, consumer, seq: 2, month, at: at(60), kind: 'charge' },
  ...{ amountMicroUsd: amount, charge },
  ...{ why: 'a test', by: consumer, provider, correctionSeq: 1 },
};

const account: Account = {
  ...{ consumer, version: 1, month, limits, frozen: false },
  ...{ roomMicroUsd: amount, heldMicroUsd: amount, chargedMicroUsd: amount },
  ...{
    reservedMicroUsd: amount,
    chargedBeforeMicroUsd: amount,
    rateRoomMicroUsdPerHour: rate,
    leaseRoom: 9,
  },
  crossed: [{ percent: 50, at: at(30) }],
  holds: [{ leaseId, amountMicroUsd: amount, rateMicroUsdPerHour: rate, month, placedAt: at(0) }],
};

const freeze: Freeze = {
  ...{ scope: 'provider', consumer, provider, state: 'frozen' },
  ...{ since: at(0), landedBy: at(60), absentSince: at(90), finishedAt: at(120) },
  lastLook: { at: at(120), leases: 0, instances: 0 },
  acts: [{ kind: 'freeze', at: at(0), by: consumer, why: 'a test' }],
};

const group = {
  ...{ chargedMicroUsd: amount, correctedMicroUsd: signedMicroUsd(-5), runningMicroUsd: amount },
  ...{ ofWhich: parts, waste, leases: 1 },
};

const reconciliation: Reconciliation = {
  ...{ provider, startedAt: at(60), from: at(0), failure: 'a page is missing' },
  ...{ leases: 1, truedUp: 1, foreignRows: 0, unreadableRows: 0, findingsInAll: 1 },
  ...{ bookedMicroUsd: amount, providerMicroUsd: amount, truedUpMicroUsd: signedMicroUsd(-5) },
  findings: [{ kind: 'drift', leaseId, amountMicroUsd: signedMicroUsd(-5), why: 'a test' }],
};

const run: Omit<Run, 'id' | 'kind' | 'result'> = {
  ...{ provider, consumer, state: 'done', by: consumer, at: at(0), tries: 1 },
  ...{ endedAt: at(60), failure: 'a page is missing' },
};

const verification: Run = {
  ...{ ...run, kind: 'verify', id: brandId(RunId, `verify-${leaseId}`) },
  result: {
    ...{ accounts: 1, leases: 1, entries: 2, closedDays: 0, doubtful: 0 },
    differences: [{ consumer, leaseId, what: 'charged', ledger: 1, found: 2 }],
    differencesInAll: 1,
  },
};

const carryOn: Reply<'recordHeartbeat'> = {
  carryOn: true,
  ...{ endsAt: at(60), secondsLeft: 60, nextHeartbeatBy: at(5), everySeconds: 60 },
};

export const REPLIES: { readonly [Name in RouteName]: Reply<Name> } = {
  listOffers: { offers: [anOffer()], nextCursor: 'next' },
  readOffer: anOffer(),
  listLeases: { leases: [anActiveLease()], unreadable: [], nextCursor: 'next' },
  requestLease: aLease(),
  readLease: anActiveLease(),
  readEvents: { events: [anEvent(1, 'lease-requested')], nextCursor: 'next' },
  recordHeartbeat: carryOn,
  extendLease: anActiveLease(),
  approveExtension: anActiveLease(),
  attestLease: anEndedLease(),
  addProviderAccount: {
    provider: 'vastai',
    accounts: [{ id: '1', keys: ['key-one'], by: consumer, why: 'a test' }],
  },
  releaseLease: anEndedLease(),
  deleteLease: anEndedLease(),
  recordNodeHeartbeat: { carryOn: false, reason: 'released' },
  readAccount: account,
  changeAccount: account,
  readAccountEvents: {
    events: [
      {
        ...{ at: at(0), kind: 'limits-changed', by: consumer, reason: 'a test' },
        ...{ from: limits, to: limits },
      },
    ],
    unreadable: [],
    nextCursor: 'next',
  },
  readLedger: { entries: [entry], unreadable: [], nextCursor: 'next' },
  readCosts: {
    ...{ groupBy: 'gpu', from: at(0), to: at(3_600), asOf: at(60) },
    ...{ groups: [{ key: 'RTX 4090', ...group }], total: group },
    ...{ unreadable: ['ENTRY#1'], nextCursor: 'next' },
  },
  readLeaseCost: {
    ...{ leaseId, state: 'active', asOf: at(60), ofWhich: parts, waste, instances: [charge] },
    ...{ chargedMicroUsd: amount, correctedMicroUsd: amount, forecastMicroUsd: amount },
    ...{
      heldMicroUsd: amount,
      spendCapMicroUsd: amount,
      leftMicroUsd: amount,
      reservedMicroUsd: amount,
    },
  },
  correctCharge: anEndedLease(),
  readReconciliations: { reconciliations: [reconciliation], unreadable: [] },
  placeFreeze: freeze,
  readFreezes: { freezes: [freeze], unreadable: [] },
  thaw: freeze,
  readDoctor: {
    ...{ at: at(60), openLeases: 1, byState: { active: 1 }, stuck: 1, freezes: [freeze] },
    unreadable: [],
    oldestHeartbeat: { leaseId, at: at(0), ageSeconds: 60 },
    sweeps: [
      { provider, lastCompleteAt: at(0), ageSeconds: 60, failure: 'a page is missing', pages: [] },
    ],
    balances: [
      {
        ...{ provider, balanceMicroUsd: amount, burnMicroUsdPerHour: rate, runwayHours: 1.5 },
        ...{ roomMicroUsd: signedMicroUsd(-5), readAt: at(0), ageSeconds: 60 },
      },
    ],
    leases: [
      {
        ...{ id: leaseId, consumer, state: 'ending', endReason: 'released' },
        ...{ deadline: at(60), dueBy: at(60), stuck: ['the lease is past its deadline'] },
        next: [{ net: 'sweep', at: at(60), does: 'checks the instance' }],
      },
    ],
  },
  sweepProvider: {
    ...{ ...run, kind: 'sweep', id: brandId(RunId, `sweep-${leaseId}`) },
    result: {
      ...{ provider, startedAt: at(0), listedAt: at(1), instances: 1, openLeases: 1 },
      ...{ findings: { orphan: 1 }, suspects: 1, pages: ['a page'] },
    },
  },
  reconcileCharges: {
    ...{ ...run, kind: 'reconcile', id: brandId(RunId, `reconcile-${leaseId}`) },
    result: reconciliation,
  },
  verifyLedger: verification,
  readRun: verification,
  readHealth: {
    status: 'ok',
    menus: [{ provider, offers: 1, usable: true, ageSeconds: 60 }],
    sweeps: [{ provider, failure: 'a page is missing', ageSeconds: 60 }],
  },
};

/** The same value with one more field in each object at every depth. */
export function withAddedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAddedFields);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withAddedFields(field)]);
  return { ...Object.fromEntries(fields), addedLater: 1 };
}
