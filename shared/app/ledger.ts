// Factories of what reads and changes accounts.

import { makeChangeAccount } from '../usecases/ledger/change-account.ts';
import { makeReadAccount, makeReadAccountEvents } from '../usecases/ledger/read-account.ts';
import { accounts, leases } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

export const readAccount = (runtime: Runtime) =>
  makeReadAccount({ accounts: once(runtime, accounts) });

export const readAccountEvents = (runtime: Runtime) =>
  makeReadAccountEvents({ accounts: once(runtime, accounts) });

export const changeAccount = (runtime: Runtime) =>
  makeChangeAccount({
    accounts: once(runtime, accounts),
    leases: once(runtime, leases),
    clock: runtime.clock,
  });
