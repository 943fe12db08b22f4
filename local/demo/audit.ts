// Checks the state after all leases ended: no instance is running, no money is held, and the
// ledger, the account and the leases agree. The demo exits with 1 when a check fails.

import { books } from '../../shared/app/lease.ts';
import { once, type Runtime } from '../../shared/app/runtime.ts';
import type { ConsumerId, LeaseId } from '../../shared/core/base/ids.ts';
import { reservedOf } from '../../shared/core/lease/lease.ts';
import { totalsOf } from '../../shared/core/ledger/entry.ts';

/** An instance that runs, as the simulated market reports it. */
export type MarketInstance = { readonly id: string; readonly label: string | null };

/** Returns one line for each violation. `alive` holds the instances that the market runs now. */
export async function audit(
  runtime: Runtime,
  consumer: ConsumerId,
  state: { readonly leases: readonly LeaseId[]; readonly alive: readonly MarketInstance[] },
): Promise<readonly string[]> {
  const { accounts, ledger, leases } = once(runtime, books);
  const ours = `gs-${runtime.config.deployment}-`;
  const violations = state.alive
    .filter(({ label }) => label?.startsWith(ours) === true)
    .map(({ id, label }) => `instance ${id} (${label}) is still running`);

  let charged = 0;
  let reserved = 0;
  for (const id of state.leases) {
    const lease = await leases.get(id);
    if (lease?.state !== 'ended')
      violations.push(`lease ${id} is ${lease?.state ?? 'missing'}, not ended`);
    else {
      charged += lease.chargedMicroUsd + lease.correctedMicroUsd;
      reserved += reservedOf(lease);
    }
    if (lease !== null && lease.outbox.events.length + lease.outbox.entries.length > 0) {
      violations.push(`lease ${id} has events or entries in its outbox`);
    }
  }
  const account = await accounts.get(consumer);
  const totals = totalsOf(await ledger.entries(consumer));
  if (account === null) {
    return state.leases.length === 0 ? violations : [...violations, 'the account does not exist'];
  }
  for (const id of Object.keys(account.holds))
    violations.push(`the hold of lease ${id} is still open`);
  const onAccount = account.chargedMicroUsd + account.chargedBeforeMicroUsd;
  const sums = [charged, totals.charged, onAccount];
  if (new Set(sums).size > 1)
    violations.push(`charges of leases, ledger and account differ: ${sums}`);
  if (totals.held !== 0) violations.push(`the ledger still holds ${totals.held} micro-USD`);
  const { monthlyBudgetMicroUsd: budget } = account.limits;
  const { roomMicroUsd: room, reservedMicroUsd, reservedBeforeMicroUsd } = account;
  if (room + account.chargedMicroUsd + reservedMicroUsd !== budget) {
    violations.push(`room ${room} plus charges and reserves is not the budget ${budget}`);
  }
  const reserves = [reserved, totals.reserved, reservedMicroUsd + reservedBeforeMicroUsd];
  if (new Set(reserves).size > 1)
    violations.push(`reserves of leases, ledger and account differ: ${reserves}`);
  return violations;
}
