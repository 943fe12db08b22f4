// Reconcile charges: compares the provider's charges with the ledger and trues up each lease.
// Charges that cannot be read are a recorded failure, never "no difference"; leases that can be
// compared are still trued up. The same rows again change nothing.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { errorInWords } from '../../core/base/failure.ts';
import type { LeaseId, RunId } from '../../core/base/ids.ts';
import { pageOf } from '../../core/base/page.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { type Reconciliation, rowsByLease } from '../../core/billing/reconcile.ts';
import {
  chargedLeases,
  chargesNeededFrom,
  compareSettled,
  differing,
  lookBackTo,
  type ReconcileTask,
  trueUpTo,
} from '../../core/billing/reconcile-plan.ts';
import { type Compared, reportOf, type Seen } from '../../core/billing/reconcile-report.ts';
import { releaseReserve } from '../../core/billing/reserve.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { RunResult, RunSubject } from '../../core/operations/run.ts';
import type { ReconciliationStore } from '../../ports/reconciliation-store.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import type { Sight } from '../common/listing.ts';
import { type CarryOutPorts, carryOutOr } from '../operations/carry-out-runs.ts';

export type ReconcilePorts = Records &
  Sight & {
    readonly reconciliations: ReconciliationStore;
    /** Pages an operator. */
    readonly page: (message: string) => void;
  };

/** Leases with recent charges at the provider, by their ledger entries. */
async function readCharged(ports: ReconcilePorts, task: ReconcileTask): Promise<Seen['started']> {
  const started = new Map<LeaseId, EpochMs>();
  for (const consumer of await ports.accounts.consumers()) {
    const entries = await ports.ledger.since(consumer, lookBackTo(task), ({ why }) =>
      ports.page(pageOf('unreadable', `could not read: ${why}; its lease is not reconciled`)),
    );
    for (const [id, from] of chargedLeases(entries, task)) started.set(id, from);
  }
  return started;
}

/** Decided again on the current lease: another reconciliation may have changed it. */
async function enterTrueUp(
  ports: ReconcilePorts,
  task: ReconcileTask,
  compared: Compared,
): Promise<void> {
  await changeLease(ports, compared.lease.id, (lease, now) =>
    commitOnly(trueUpTo(lease, compared, { ...task, now })),
  );
}

/** Releases the reserves of compared leases, and those that were kept long enough. */
async function releaseReserves(
  ports: ReconcilePorts,
  started: Seen['started'],
  seen: Seen | null,
): Promise<void> {
  const compared = new Set(
    seen?.compared.flatMap(({ lease, comparison }) =>
      comparison.kind === 'compared' ? [lease.id] : [],
    ),
  );
  for (const [id, lease] of await ports.leases.getMany(started.keys())) {
    if (lease.state !== 'ended' || lease.reserves.length === 0) continue;
    await changeLease(ports, id, (current, now) =>
      commitOnly(releaseReserve(current, compared.has(id), now)),
    );
  }
}

async function look(
  ports: ReconcilePorts,
  task: ReconcileTask,
  started: Seen['started'],
): Promise<Seen> {
  const from = chargesNeededFrom(task, started);
  const charges = await ports.providers(task.provider).charges(from, task.now);
  const rows = rowsByLease(charges, ports);
  const ids = [...started.keys(), ...rows.byLease.keys()];
  const leases = await ports.leases.getMany(ids, ({ why }) =>
    ports.page(pageOf('unreadable', `could not read: ${why}; this lease is not reconciled`)),
  );
  const compared = compareSettled({ started, leases, ...rows }, task);
  return { from, ...rows, leases, started, compared };
}

/**
 * Reconciles one provider. Safe to repeat and to run concurrently. Throws what the provider threw,
 * StoreDown, Conflict, after everything possible is done.
 */
export function createReconcileCharges(ports: ReconcilePorts) {
  return async ({ provider }: { readonly provider: ProviderName }): Promise<Reconciliation> => {
    const now = ports.clock.now();
    const task = { provider, now, terms: ports.providers(provider).card.charges };
    const started = await readCharged(ports, task);
    const [looked] = await Promise.allSettled([look(ports, task, started)]);
    const seen = looked.status === 'fulfilled' ? looked.value : null;
    const troubles: unknown[] = looked.status === 'rejected' ? [looked.reason] : [];
    for (const compared of differing(seen?.compared ?? [])) {
      const [entered] = await Promise.allSettled([enterTrueUp(ports, task, compared)]);
      if (entered.status === 'rejected') troubles.push(entered.reason);
    }
    await releaseReserves(ports, started, seen);
    const [trouble] = troubles;
    const failure = trouble === undefined ? null : errorInWords(trouble);
    const { record, pages } = reportOf(seen, { ...task, failure });
    await ports.reconciliations.record(record);
    for (const message of pages) ports.page(message);
    if (trouble !== undefined) throw trouble;
    return record;
  };
}

export type ReconcileInput = {
  readonly provider: ProviderName;
  readonly run?: RunId | undefined;
};

/**
 * What the timer of reconciliations does: the open runs of the provider, with one reconciliation
 * for all, or else a scheduled one. Throws StoreDown and what the reconciliation throws.
 */
export function createReconcileOnTimer(
  ports: CarryOutPorts,
  reconcile: ReturnType<typeof createReconcileCharges>,
) {
  return async ({ provider, run }: ReconcileInput): Promise<void> => {
    const matches = (open: RunSubject): boolean => open.provider === provider;
    const onSchedule = () => reconcile({ provider });
    const forRun = async (): Promise<RunResult> => ({
      kind: 'reconcile',
      found: await onSchedule(),
    });
    await carryOutOr(ports, { kind: 'reconcile', run, matches }, { forRun, onSchedule });
  };
}

export type ReadReconciliationsPorts = {
  readonly reconciliations: ReconciliationStore;
  readonly providerNames: readonly ProviderName[];
};

export type ReconciliationList = {
  readonly reconciliations: readonly Reconciliation[];
  /** The providers whose record could not be read. */
  readonly unreadable: readonly string[];
};

/** The last reconciliation with each provider. Throws Forbidden, StoreDown. */
export function createReadReconciliations(ports: ReadReconciliationsPorts) {
  return async (caller: Caller): Promise<ReconciliationList> => {
    mustBeOperator(caller);
    const unreadable: string[] = [];
    const found = await Promise.all(
      ports.providerNames.map((provider) =>
        ports.reconciliations.last(provider, () => unreadable.push(provider)),
      ),
    );
    return { reconciliations: found.filter((record) => record !== null), unreadable };
  };
}
