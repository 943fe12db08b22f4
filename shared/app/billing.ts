// Factories of the books people read: costs, the ledger, closed days, and whether all of it agrees.

import { createDayStore } from '../adapters/dynamodb/billing/day-store.ts';
import { createCloseDays } from '../usecases/billing/close-days.ts';
import { createKeepBooks } from '../usecases/billing/keep-books.ts';
import { createReadCosts } from '../usecases/billing/read-costs.ts';
import { createReadLeaseCost } from '../usecases/billing/read-lease-cost.ts';
import { createVerifyLedger } from '../usecases/billing/verify-ledger.ts';
import { createReadLedger } from '../usecases/ledger/read-ledger.ts';
import { paging, pulses, records, runs, table } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

const days = (runtime: Runtime) => createDayStore(table(runtime, 'ledger'));
const books = (runtime: Runtime) => ({ ...records(runtime), days: once(runtime, days) });

const verifying = (runtime: Runtime) =>
  createVerifyLedger({ ...books(runtime), ...paging(runtime) });

export const readCosts = (runtime: Runtime) =>
  createReadCosts({ ...books(runtime), pulses: once(runtime, pulses) });
export const readLeaseCost = (runtime: Runtime) =>
  createReadLeaseCost({ ...records(runtime), pulses: once(runtime, pulses) });
export const readLedger = (runtime: Runtime) => createReadLedger(records(runtime));
export const closeDays = (runtime: Runtime) =>
  createCloseDays({ ...books(runtime), ...paging(runtime) });
export const keepBooks = (runtime: Runtime) =>
  createKeepBooks({
    runs: once(runtime, runs),
    clock: runtime.clock,
    closeDays: closeDays(runtime),
    verify: verifying(runtime),
  });
