// Everything one sweep looks at, in the order that makes it conclusive: accounts, then open leases,
// then what runs, then a complete listing, then the lease of every tag in it. It changes nothing.

import { brandId, type InstanceId, LeaseId } from '../../core/base/ids.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { findAccounts } from '../../core/billing/thresholds.ts';
import type { Instance } from '../../core/instance/instance.ts';
import { readTag } from '../../core/instance/ownership.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Account } from '../../core/ledger/account.ts';
import type { Findings } from '../../core/sweep/actions.ts';
import { findInstances, type SeenInstance } from '../../core/sweep/instance-findings.ts';
import {
  findHolds,
  findLeases,
  type HeldFor,
  isSweptWith,
} from '../../core/sweep/lease-findings.ts';
import type { Sightings } from '../../core/sweep/record.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';
import type { Records } from '../common/change-lease.ts';
import type { Sight } from '../common/listing.ts';

export type SurveyPorts = Records &
  Sight & {
    readonly pulses: PulseStore;
    readonly workflow: Workflow;
  };

export type Survey = {
  readonly findings: Findings;
  /** When the complete listing began; null when there is none. */
  readonly listedAt: EpochMs | null;
  /** All open leases, of any provider, as they were before the listing. */
  readonly open: readonly Lease[];
  /** Parts that couldn't be seen, and why: what rests on them was not found. */
  readonly blind: readonly { readonly part: 'listing' | 'executions'; readonly error: unknown }[];
};

type Blind = { part: 'listing' | 'executions'; error: unknown };

/** What `look` sees, or null and a note of why not: one blind eye must not close the other. */
async function seen<Part>(
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

function asSeen(ports: Sight, { id, label, status, statusText, rate }: Instance): SeenInstance {
  const halted = status === 'stopped' || status === 'failed' ? statusText : null;
  return { id, owner: readTag(label, ports.deployment, ports.signer), halted, rate };
}

type Listed = { readonly listedAt: EpochMs; readonly instances: readonly SeenInstance[] };

async function list(ports: SurveyPorts, provider: ProviderName): Promise<Listed> {
  const listedAt = ports.clock.now();
  const instances = await ports.providers(provider).list();
  return { listedAt, instances: instances.map((instance) => asSeen(ports, instance)) };
}

async function holdsOf(
  ports: SurveyPorts,
  accounts: readonly Account[],
  open: readonly Lease[],
): Promise<readonly HeldFor[]> {
  const known = new Map(open.map((lease) => [lease.id, lease]));
  const holds = accounts.flatMap(({ consumer, holds: all }) =>
    Object.entries(all).map(([id, hold]) => ({ consumer, leaseId: brandId(LeaseId, id), hold })),
  );
  const others = holds.map(({ leaseId }) => leaseId).filter((id) => !known.has(id));
  const rest = await ports.leases.getMany(others);
  return holds.map((hold) => {
    const lease = known.get(hold.leaseId) ?? rest.get(hold.leaseId) ?? null;
    return { ...hold, lease };
  });
}

const leasesOf = (holds: readonly HeldFor[]): ReadonlyMap<LeaseId, Lease> =>
  new Map(holds.flatMap(({ leaseId, lease }) => (lease === null ? [] : [[leaseId, lease]])));

/** Whether anything waits or beats for it. */
const beats = ({ attempts, state }: Lease): boolean => attempts.length > 0 && state !== 'ended';

async function instanceFindings(ports: SurveyPorts, listed: Listed, earlier: Sightings) {
  const ids = listed.instances.flatMap(({ owner }) => (owner === null ? [] : [owner.leaseId]));
  const leases = await ports.leases.getMany(ids);
  return findInstances({ ...listed, leases, earlier });
}

/** What `listed` shows of machines, as leases are compared with it. */
function machinesOf(ports: SurveyPorts, provider: ProviderName, listed: Listed | null) {
  if (listed === null) return null;
  const { listLag } = ports.providers(provider).card;
  const instances = new Map<InstanceId, SeenInstance>(
    listed.instances.map((instance) => [instance.id, instance]),
  );
  return { listedAt: listed.listedAt, listLag, instances };
}

/** Looks at everything. A provider or engine that can't be seen is noted. Throws StoreDown. */
export async function survey(
  ports: SurveyPorts,
  provider: ProviderName,
  { now, earlier }: { readonly now: EpochMs; readonly earlier: Sightings },
): Promise<Survey> {
  const blind: Blind[] = [];
  const accounts = await ports.accounts.all();
  const open = await ports.leases.open();
  const holds = await holdsOf(ports, accounts, open);
  const mine = open.filter((lease) => isSweptWith(lease, provider));
  const pulses = await ports.pulses.getMany(mine.filter(beats).map(({ id }) => id));
  const running = await seen(blind, 'executions', () => ports.workflow.running());
  const listed = await seen(blind, 'listing', () => list(ports, provider));
  const instances = listed === null ? [] : await instanceFindings(ports, listed, earlier);
  const listing = machinesOf(ports, provider, listed);
  const leases = findLeases({ now, listing, open: mine, pulses, running, earlier });
  return {
    findings: {
      instances,
      leases,
      holds: findHolds(holds, now),
      accounts: findAccounts(accounts, leasesOf(holds), now),
    },
    listedAt: listed?.listedAt ?? null,
    open,
    blind,
  };
}
