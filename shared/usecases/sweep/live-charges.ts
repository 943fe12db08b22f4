// The sweep's reading of what a provider has charged for running instances: one call for all of
// them. Charges that can't be read stop nothing: the next reading is an hour later.

import { errorInWords, Failure } from '../../core/base/failure.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { neededFrom, recordShown } from '../../core/billing/live-charges.ts';
import { rowsByLease } from '../../core/billing/reconcile.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import type { Sight } from '../common/listing.ts';

export type LiveChargesPorts = Records & Sight & { readonly log: (message: string) => void };

type Running = { readonly running: readonly Lease[]; readonly now: EpochMs };

async function record(
  ports: LiveChargesPorts,
  provider: ProviderName,
  { running, now }: Running,
): Promise<void> {
  const { card, charges } = ports.providers(provider);
  const { byLease } = rowsByLease(await charges(neededFrom(running, now), now), ports);
  for (const { id } of running) {
    const rows = byLease.get(id);
    if (rows === undefined) continue;
    await changeLease(ports, id, (lease) =>
      commitOnly(recordShown(lease, { card, rows, at: now })),
    );
  }
}

/** Records what the provider has charged so far for each of these leases. Safe to repeat. */
export async function readLiveCharges(
  ports: LiveChargesPorts,
  provider: ProviderName,
  read: Running,
): Promise<void> {
  if (read.running.length === 0) return;
  try {
    await record(ports, provider, read);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const which = `the charges of running instances at ${provider}`;
    ports.log(`could not read or record ${which}: ${errorInWords(error)}`);
  }
}
