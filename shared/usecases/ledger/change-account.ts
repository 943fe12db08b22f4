// Change account: an operator replaces the limits of one version, or opens an account. Room changes
// by the difference, so that concurrent holds stay valid. Running leases are not affected.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { monthOf } from '../../core/base/time.ts';
import { reviewOf, spentOf } from '../../core/billing/thresholds.ts';
import {
  type Account,
  type AccountLimits,
  heldLeases,
  planLimits,
} from '../../core/ledger/account.ts';
import { limitsNote } from '../../core/ledger/account-notes.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import { publishNotes, recordReview } from './review-account.ts';

export type ChangeAccountPorts = {
  readonly accounts: AccountStore;
  readonly leases: Pick<LeaseStore, 'getMany'>;
  readonly clock: Clock;
};

export type ChangeInput = {
  readonly caller: Caller;
  readonly consumer: ConsumerId;
  /** The version of the limits to replace; 0 opens an account. */
  readonly version: number;
  readonly limits: AccountLimits;
  readonly why: string;
};

const stale = ({ consumer, limitsVersion: version }: Account): Failure => {
  const message = `the limits of ${consumer} are at version ${version}: read them again`;
  return new Failure('StaleVersion', message, { field: 'version', facts: { version } });
};

async function load(ports: ChangeAccountPorts, consumer: ConsumerId): Promise<Account> {
  const account = await ports.accounts.get(consumer);
  if (account !== null) return account;
  const message = `${consumer} has no account: use version 0 to open one`;
  throw new Failure('NotFound', message, { field: 'consumer' });
}

async function open(ports: ChangeAccountPorts, input: ChangeInput): Promise<boolean> {
  const { caller, consumer, limits, why } = input;
  const now = ports.clock.now();
  const note = limitsNote({ version: 1, by: caller.consumer, why, from: null, to: limits }, now);
  const opened = await ports.accounts.open({ consumer, month: monthOf(now), limits, note });
  return opened === 'opened';
}

async function replace(
  ports: ChangeAccountPorts,
  account: Account,
  { caller, limits, why }: ChangeInput,
): Promise<boolean> {
  const change = { by: caller.consumer, why, from: account.limits, to: limits };
  const version = account.limitsVersion + 1;
  const note = limitsNote({ version, ...change }, ports.clock.now());
  return (await ports.accounts.changeLimits({ account, limits, note })) === 'changed';
}

/** Reviews the spending under the new limits: a freeze may end, or a threshold may be crossed. */
async function review(ports: ChangeAccountPorts, account: Account): Promise<void> {
  const leases = await ports.leases.getMany(heldLeases(account));
  const spent = spentOf(account, leases, ports.clock.now());
  await recordReview(ports, account, reviewOf(account, spent));
  await publishNotes(ports, account);
}

/**
 * Changes the limits and returns the new account. Safe to repeat: a repeat finds the change made.
 * Throws Forbidden, NotFound, StaleVersion with the current version, StoreDown.
 */
export function createChangeAccount(ports: ChangeAccountPorts) {
  return async (input: ChangeInput): Promise<Account> => {
    const { caller, consumer, version, limits } = input;
    mustBeOperator(caller);
    if (version > 0 || !(await open(ports, input))) {
      const account = await load(ports, consumer);
      const plan = planLimits(account, { version, limits });
      if (plan === 'stale') throw stale(account);
      if (plan === 'replace' && !(await replace(ports, account, input))) {
        throw stale(await load(ports, consumer));
      }
    }
    await review(ports, await load(ports, consumer));
    return load(ports, consumer);
  };
}
