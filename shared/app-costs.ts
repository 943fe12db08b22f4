// Factories of the books people read: costs, the ledger, closed days, and whether all of it agrees.

import { dayStore } from './adapters/dynamodb/day-store.ts';
import { pulses, records, table } from './parts.ts';
import { once, type Runtime } from './runtime.ts';
import { makeCloseDays } from './usecases/close-days.ts';
import { makeReadCosts } from './usecases/read-costs.ts';
import { makeReadLeaseCost } from './usecases/read-lease-cost.ts';
import { makeReadLedger } from './usecases/read-ledger.ts';
import { makeVerifyAll, makeVerifyLedger, makeVerifyOnDemand } from './usecases/verify-ledger.ts';

const days = (runtime: Runtime) => dayStore(table(runtime, 'ledger'));
const books = (runtime: Runtime) => ({ ...records(runtime), days: once(runtime, days) });

const verifying = (runtime: Runtime) =>
  makeVerifyLedger({
    ...books(runtime),
    page: (message) => runtime.log({ kind: 'page', error: 'Page', message, id: undefined }),
  });

export const readCosts = (runtime: Runtime) =>
  makeReadCosts({ ...books(runtime), pulses: once(runtime, pulses) });
export const readLeaseCost = (runtime: Runtime) =>
  makeReadLeaseCost({ ...records(runtime), pulses: once(runtime, pulses) });
export const readLedger = (runtime: Runtime) => makeReadLedger(records(runtime));
export const closeDays = (runtime: Runtime) => makeCloseDays(books(runtime));
export const verifyOnDemand = (runtime: Runtime) => makeVerifyOnDemand(verifying(runtime));
export const verifyLedger = (runtime: Runtime) => makeVerifyAll(verifying(runtime));
