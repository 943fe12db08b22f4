// Reads everything that one sweep needs, in the order that its findings depend on: accounts, then
// open leases, then executions, then a complete listing, then the lease of every tag in it. It
// changes nothing but which keys are of one account.

import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { findAccounts } from '../../core/billing/thresholds.ts';
import { readRows } from '../../core/instance/sighting.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Account } from '../../core/ledger/account.ts';
import { findInstances } from '../../core/sweep/instance-findings.ts';
import { joinedByListing } from '../../core/sweep/joins.ts';
import {
  findHolds,
  findLeases,
  type HeldFor,
  isSweptWith,
} from '../../core/sweep/lease-findings.ts';
import type { Sightings } from '../../core/sweep/record.ts';
import {
  type Blind,
  hasPulse,
  heldElsewhere,
  holdsWithLeases,
  type Listed,
  leasesOf,
  type Shown,
  type Survey,
  seenInstances,
  taggedLeases,
  viewOf,
} from '../../core/sweep/survey.ts';
import { createLeftOut, type LeftOut, unreadableRows } from '../../core/sweep/unreadable.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';
import type { Records } from '../common/change-lease.ts';
import { accountsOf, type Sight } from '../common/listing.ts';

export type SurveyPorts = Records &
  Sight & {
    readonly pulses: PulseStore;
    readonly workflow: Workflow;
  };

/** The result of `look`, or null after a recorded failure: a failed part must not hide another. */
async function readPart<Part>(
  blind: Blind[],
  part: Blind['part'],
  look: () => Promise<Part>,
): Promise<Part | null> {
  try {
    return await look();
  } catch (error) {
    blind.push({ part, error });
    return null;
  }
}

/** Lists completely under each account that a key is there for. */
async function list(
  ports: SurveyPorts,
  name: ProviderName,
  open: readonly Lease[],
): Promise<Listed> {
  const known = await ports.providerAccounts.get(name);
  const keys = await accountsOf(ports.providers(name), known);
  const listedAt = ports.clock.now();
  const shown: Shown[] = [];
  for (const { provider } of keys) {
    shown.push({ under: provider.key, rows: readRows(await provider.list(), ports) });
  }
  const rows = shown.flatMap((each) => each.rows.map(({ instance }) => instance));
  const instances = seenInstances(shown, open, ports.deployment);
  const accounts = keys.map(({ account }) => account);
  const joined = joinedByListing({ instances, accounts, known }, name, open);
  // After a conflict, the next sweep joins them.
  if (joined !== null) await ports.providerAccounts.commit(joined);
  return { listedAt, rows, instances, accounts, known: joined ?? known };
}

async function holdsOf(
  { leases }: SurveyPorts,
  { accounts, open }: { readonly accounts: readonly Account[]; readonly open: readonly Lease[] },
  leftOut: LeftOut,
): Promise<readonly HeldFor[]> {
  const others = await leases.getMany(heldElsewhere(accounts, open), leftOut.ofLeases);
  const known = new Map([...others, ...open.map((each) => [each.id, each] as const)]);
  return holdsWithLeases(accounts, known, leftOut.leases());
}

async function instanceFindings(
  ports: SurveyPorts,
  listed: Listed,
  { earlier, leftOut }: { readonly earlier: Sightings; readonly leftOut: LeftOut },
) {
  const leases = await ports.leases.getMany(taggedLeases(listed), leftOut.ofLeases);
  return findInstances({ ...listed, leases, unreadable: leftOut.leases(), earlier });
}

/**
 * Reads everything. A failure of the provider or the workflow engine is recorded; an unreadable
 * lease or row is left out and named. Throws StoreDown.
 */
export async function survey(
  ports: SurveyPorts,
  provider: ProviderName,
  { now, earlier }: { readonly now: EpochMs; readonly earlier: Sightings },
): Promise<Survey> {
  const blind: Blind[] = [];
  const leftOut = createLeftOut();
  const accounts = await ports.accounts.all(leftOut.ofAccounts);
  const open = await ports.leases.open(leftOut.ofLeases);
  const holds = await holdsOf(ports, { accounts, open }, leftOut);
  const swept = open.filter((lease) => isSweptWith(lease, provider));
  const waiting = swept.filter(hasPulse).map(({ id }) => id);
  const pulses = await ports.pulses.getMany(waiting, leftOut.ofPulses);
  const running = await readPart(blind, 'executions', () => ports.workflow.running());
  const listed = await readPart(blind, 'listing', () => list(ports, provider, swept));
  const listing = listed === null ? null : viewOf(listed, ports.providers(provider).card.listLag);
  const seen = { earlier, leftOut };
  const instances = listed === null ? [] : await instanceFindings(ports, listed, seen);
  const rows = unreadableRows(listed?.rows ?? [], open, { provider, reader: ports });
  return {
    findings: {
      instances,
      leases: findLeases({ now, listing, open: swept, pulses, running, earlier }),
      holds: findHolds(holds, now),
      accounts: findAccounts(accounts, leasesOf(holds), now),
    },
    listedAt: listed?.listedAt ?? null,
    open,
    blind,
    unreadable: [...leftOut.all(), ...rows],
  };
}
