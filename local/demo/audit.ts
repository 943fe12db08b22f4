// Looks for what must not be there once all leases have ended: an instance alive, money still held,
// entries, account and leases that disagree. The demo ends non-zero on it; tests expect nothing.

import { books } from '../../shared/app/lease.ts';
import { once, type Runtime } from '../../shared/app/runtime.ts';
import type { ConsumerId, LeaseId } from '../../shared/core/base/ids.ts';
import { totalsOf } from '../../shared/core/ledger/entry.ts';

/** An instance as its market itself knows it. */
export type MarketInstance = { readonly id: string; readonly label: string | null };

/**
 * What is wrong, in words; empty when everything is as it must be. `alive` is the market's own
 * truth about instances that exist now.
 */
export async function audit(
  runtime: Runtime,
  consumer: ConsumerId,
  seen: { readonly leases: readonly LeaseId[]; readonly alive: readonly MarketInstance[] },
): Promise<readonly string[]> {
  const { accounts, ledger, leases } = once(runtime, books);
  const ours = `gs-${runtime.config.deployment}-`;
  const wrong = seen.alive
    .filter(({ label }) => label?.startsWith(ours) === true)
    .map(({ id, label }) => `instance ${id} (${label}) is alive`);

  let charged = 0;
  for (const id of seen.leases) {
    const lease = await leases.get(id);
    if (lease?.state !== 'ended') wrong.push(`lease ${id} is ${lease?.state ?? 'missing'}`);
    else charged += lease.chargedMicroUsd + lease.correctedMicroUsd;
    if (lease !== null && lease.outbox.events.length + lease.outbox.entries.length > 0) {
      wrong.push(`lease ${id} has an unapplied outbox`);
    }
  }
  const account = await accounts.get(consumer);
  const totals = totalsOf(await ledger.entries(consumer));
  if (account === null) return seen.leases.length === 0 ? wrong : [...wrong, 'there is no account'];
  for (const id of Object.keys(account.holds)) wrong.push(`${id} still holds money`);
  const onAccount = account.chargedMicroUsd + account.chargedBeforeMicroUsd;
  const sums = [charged, totals.charged, onAccount];
  if (new Set(sums).size > 1) wrong.push(`charges differ: leases, ledger, account: ${sums}`);
  if (totals.held !== 0) wrong.push(`the ledger's entries leave ${totals.held} held`);
  const { monthlyBudgetMicroUsd: budget } = account.limits;
  if (account.roomMicroUsd + account.chargedMicroUsd !== budget) {
    wrong.push(`room ${account.roomMicroUsd} and charges don't make up the budget ${budget}`);
  }
  return wrong;
}
