// Reconcile charges: compares what a provider charged with what we did, and trues up each lease to
// it. What can't be seen is a failure on record, never "no difference"; what could be seen is trued
// up all the same. It converges: the same rows again change nothing.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { errorInWords } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { before, type EpochMs, earliest, startOfDay } from '../../core/base/time.ts';
import { trueUp } from '../../core/billing/correction.ts';
import {
  compare,
  differenceInWords,
  isSettled,
  type Reconciliation,
  type ReportedCharge,
} from '../../core/billing/reconcile.ts';
import { reportOf, type Seen } from '../../core/billing/reconcile-report.ts';
import type { ChargeTerms } from '../../core/instance/card.ts';
import { readTag } from '../../core/instance/ownership.ts';
import type { Lease, LeaseIn } from '../../core/lease/lease.ts';
import type { ReconciliationStore } from '../../ports/reconciliation-store.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import type { Sight } from '../common/listing.ts';

export type ReconcilePorts = Records &
  Sight & {
    readonly reconciliations: ReconciliationStore;
    /** Tells a person. */
    readonly page: (message: string) => void;
  };

type Task = {
  readonly provider: ProviderName;
  readonly terms: ChargeTerms;
  readonly now: EpochMs;
};

/** Leases that were charged a machine at the provider lately, by their ledger entries. */
async function chargedLately(ports: ReconcilePorts, { provider, now }: Task) {
  const since = before(now, policy.reconcile.lookBack);
  const began = new Map<LeaseId, EpochMs>();
  for (const { consumer } of await ports.accounts.all()) {
    for (const { at, charge, leaseId } of await ports.ledger.since(consumer, since)) {
      if (at < since || charge?.provider !== provider) continue;
      began.set(leaseId, earliest(charge.from, began.get(leaseId) ?? charge.from));
    }
  }
  return began;
}

/** All rows of the days in which these leases had machines, each lease's whole life among them. */
async function toldRows(ports: ReconcilePorts, { provider, now }: Task, from: EpochMs) {
  const charges = await ports.providers(provider).charges(from, now);
  return charges.map(
    ({ label, amount }): { owner: ReportedCharge['owner'] | null; amount: typeof amount } => ({
      owner: readTag(label, ports.deployment, ports.signer),
      amount,
    }),
  );
}

const ended = (lease: Lease | undefined): LeaseIn<'ended'> | null =>
  lease?.state === 'ended' ? lease : null;

/** Decided again on the lease as it is: another reconciliation may have been faster. */
async function enterTrueUp(
  ports: ReconcilePorts,
  task: Task,
  { id, rows }: { readonly id: LeaseId; readonly rows: readonly ReportedCharge[] },
): Promise<void> {
  const { provider } = task;
  await changeLease(ports, id, (current, now) => {
    const lease = ended(current);
    const found = lease === null ? null : compare(lease, task, rows);
    if (lease === null || found?.kind !== 'compared' || found.explained) {
      return { commit: null, result: null };
    }
    const why = differenceInWords(found);
    return {
      commit: trueUp(lease, { provider, amount: found.difference, why }, now),
      result: null,
    };
  });
}

async function look(ports: ReconcilePorts, task: Task): Promise<Seen> {
  const { provider, terms, now } = task;
  const began = await chargedLately(ports, task);
  const from = startOfDay(earliest(before(now, terms.settledAfter), ...began.values()));
  const told = await toldRows(ports, task, from);
  const rows = told.flatMap(({ owner, amount }) => (owner === null ? [] : [{ owner, amount }]));
  const byLease = Map.groupBy(rows, ({ owner }) => owner.leaseId);
  const leases = await ports.leases.getMany([...began.keys(), ...byLease.keys()]);
  const compared = [...began.keys()].flatMap((id) => {
    const lease = ended(leases.get(id));
    if (lease === null || !isSettled(lease, provider, { terms, now })) return [];
    const mine = byLease.get(id) ?? [];
    return [{ lease, rows: mine, comparison: compare(lease, task, mine) }];
  });
  const foreignRows = told.length - rows.length;
  return { from, foreignRows, byLease, leases, began, compared };
}

/**
 * Compares one provider's charges with ours. Safe to repeat, and several at once are. Throws, when
 * all that could be done is, what the provider threw, StoreDown, Conflict.
 */
export function createReconcileCharges(ports: ReconcilePorts) {
  return async ({ provider }: { readonly provider: ProviderName }): Promise<Reconciliation> => {
    const now = ports.clock.now();
    const task = { provider, now, terms: ports.providers(provider).card.charges };
    const [looked] = await Promise.allSettled([look(ports, task)]);
    const seen = looked.status === 'fulfilled' ? looked.value : null;
    const troubles: unknown[] = looked.status === 'rejected' ? [looked.reason] : [];
    for (const { lease, rows, comparison } of seen?.compared ?? []) {
      if (comparison.kind !== 'compared' || comparison.explained) continue;
      const [entered] = await Promise.allSettled([
        enterTrueUp(ports, task, { id: lease.id, rows }),
      ]);
      if (entered.status === 'rejected') troubles.push(entered.reason);
    }
    const [trouble] = troubles;
    const failure = trouble === undefined ? null : errorInWords(trouble);
    const { record, pages } = reportOf(seen, { ...task, failure });
    await ports.reconciliations.record(record);
    for (const message of pages) ports.page(message);
    if (trouble !== undefined) throw trouble;
    return record;
  };
}

/** One reconciliation now, for an operator. Throws Forbidden and what it throws. */
export function createReconcileOnDemand(reconcile: ReturnType<typeof createReconcileCharges>) {
  return async (input: { readonly caller: Caller; readonly provider: ProviderName }) => {
    mustBeOperator(input.caller);
    return reconcile({ provider: input.provider });
  };
}

export type ReadReconciliationsPorts = {
  readonly reconciliations: ReconciliationStore;
  readonly providerNames: readonly ProviderName[];
};

/** The last reconciliation with each provider. Throws Forbidden, StoreDown. */
export function createReadReconciliations(ports: ReadReconciliationsPorts) {
  return async (caller: Caller): Promise<readonly Reconciliation[]> => {
    mustBeOperator(caller);
    const found = await Promise.all(
      ports.providerNames.map((provider) => ports.reconciliations.last(provider)),
    );
    return found.filter((record) => record !== null);
  };
}
