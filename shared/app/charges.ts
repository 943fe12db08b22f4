// Factories of what puts charges right after settlement: corrections by people, and true-ups to
// what providers charged.

import type { Caller } from '../core/base/caller.ts';
import { chooseProvider, type ProviderName, reportingCharges } from '../core/base/providers.ts';
import { createCorrectCharge } from '../usecases/billing/correct-charge.ts';
import {
  createReadReconciliations,
  createReconcileCharges,
  createReconcileOnDemand,
} from '../usecases/billing/reconcile-charges.ts';
import { providerNames, reconciliations, records, sight, withKeys } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

export const correctCharge = (runtime: Runtime) => createCorrectCharge(records(runtime));

const reconciling = (runtime: Runtime) =>
  createReconcileCharges({
    ...records(runtime),
    ...sight(runtime),
    reconciliations: once(runtime, reconciliations),
    page: (message) => runtime.log({ kind: 'page', error: 'Page', message, id: undefined }),
  });

export const reconcileCharges = (runtime: Runtime) => withKeys(runtime, reconciling);

/** An operator's request: without a provider, it is about the only one that reports charges. */
type Asked = { readonly caller: Caller; readonly provider?: ProviderName | undefined };

export const reconcileOnDemand = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => {
    const reconcile = createReconcileOnDemand(reconciling(keyed));
    const choices = reportingCharges(providerNames(keyed));
    return ({ caller, provider }: Asked) =>
      reconcile({ caller, provider: chooseProvider(choices, provider) });
  });

export const readReconciliations = (runtime: Runtime) =>
  createReadReconciliations({
    reconciliations: once(runtime, reconciliations),
    providerNames: providerNames(runtime),
  });
