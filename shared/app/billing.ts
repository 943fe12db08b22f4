// Factories of the books people read: costs, the ledger, closed days, and whether all of it agrees.

import { dayStore } from '../adapters/dynamodb/billing/day-store.ts';
import { makeCloseDays } from '../usecases/billing/close-days.ts';
import { makeReadCosts } from '../usecases/billing/read-costs.ts';
import { makeReadLeaseCost } from '../usecases/billing/read-lease-cost.ts';
import {
  makeVerifyAll,
  makeVerifyLedger,
  makeVerifyOnDemand,
} from '../usecases/billing/verify-ledger.ts';
import { makeReadLedger } from '../usecases/ledger/read-ledger.ts';
import { pulses, records, table } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

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
