// Factories of the runs that operators request and read; timers carry them out.

import { runIdFor } from '../adapters/derive-ids.ts';
import type { Caller } from '../core/base/caller.ts';
import type { ConsumerId } from '../core/base/ids.ts';
import { chooseProvider, type ProviderName, reportingCharges } from '../core/base/providers.ts';
import { createReadRun, createRequestRun } from '../usecases/operations/runs.ts';
import { invoker, providerNames, runs } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

type Request = { readonly caller: Caller; readonly key: string };
/** Without a provider, the request is about the only one. */
type ProviderRequest = Request & { readonly provider: ProviderName | undefined };
type AccountRequest = Request & { readonly consumer: ConsumerId | null };

const requesting = (runtime: Runtime) =>
  createRequestRun({
    runs: once(runtime, runs),
    invoker: once(runtime, invoker),
    clock: runtime.clock,
    runIdFor,
  });

export const requestSweep = (runtime: Runtime) => {
  const request = requesting(runtime);
  return async ({ provider: named, ...by }: ProviderRequest) => {
    const provider = chooseProvider(providerNames(runtime), named);
    return request({ ...by, kind: 'sweep', provider, consumer: null });
  };
};

export const requestReconciliation = (runtime: Runtime) => {
  const request = requesting(runtime);
  return async ({ provider: named, ...by }: ProviderRequest) => {
    const provider = chooseProvider(reportingCharges(providerNames(runtime)), named);
    return request({ ...by, kind: 'reconcile', provider, consumer: null });
  };
};

export const requestVerification = (runtime: Runtime) => {
  const request = requesting(runtime);
  return (by: AccountRequest) => request({ ...by, kind: 'verify', provider: null });
};

export const readRun = (runtime: Runtime) => createReadRun({ runs: once(runtime, runs) });
