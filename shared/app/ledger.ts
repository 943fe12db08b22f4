// Factories of what reads and changes accounts.

import { createChangeAccount } from '../usecases/ledger/change-account.ts';
import { createReadAccount, createReadAccountEvents } from '../usecases/ledger/read-account.ts';
import { accounts, leases } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

export const readAccount = (runtime: Runtime) =>
  createReadAccount({ accounts: once(runtime, accounts) });

export const readAccountEvents = (runtime: Runtime) =>
  createReadAccountEvents({ accounts: once(runtime, accounts) });

export const changeAccount = (runtime: Runtime) =>
  createChangeAccount({
    accounts: once(runtime, accounts),
    leases: once(runtime, leases),
    clock: runtime.clock,
  });
