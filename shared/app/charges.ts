// Factories of what puts charges right after settlement: corrections by people, and true-ups to
// what providers charged.

import { createCorrectCharge } from '../usecases/billing/correct-charge.ts';
import {
  createReadReconciliations,
  createReconcileCharges,
  createReconcileOnTimer,
} from '../usecases/billing/reconcile-charges.ts';
import { paging, providerNames, reconciliations, records, runs, sight, withKeys } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

export const correctCharge = (runtime: Runtime) => createCorrectCharge(records(runtime));

const reconciling = (runtime: Runtime) =>
  createReconcileCharges({
    ...records(runtime),
    ...sight(runtime),
    reconciliations: once(runtime, reconciliations),
    ...paging(runtime),
  });

export const reconcileCharges = (runtime: Runtime) => withKeys(runtime, reconciling);

export const reconcileOnTimer = (runtime: Runtime) =>
  createReconcileOnTimer(
    { runs: once(runtime, runs), clock: runtime.clock },
    reconcileCharges(runtime),
  );

export const readReconciliations = (runtime: Runtime) =>
  createReadReconciliations({
    reconciliations: once(runtime, reconciliations),
    providerNames: providerNames(runtime),
  });
