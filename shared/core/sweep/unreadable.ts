// What a sweep could not read: stored records, and rows of a listing. Each is left out alone,
// counted and named. A row pages an operator only when its instance may be ours.

import type { InstanceId } from '../base/ids.ts';
import { pageOf } from '../base/page.ts';
import type { ProviderName } from '../base/providers.ts';
import { isHolding, isUnanswered } from '../instance/attempt.ts';
import type { Instance } from '../instance/instance.ts';
import { readTag } from '../instance/ownership.ts';
import type { TagReader } from '../instance/sighting.ts';
import type { Lease } from '../lease/lease.ts';

export type Unreadable = {
  readonly kind: 'unreadable-record' | 'unreadable-row';
  /** What it is, and what of it is unreadable. */
  readonly text: string;
  /** Whether an operator must look at it. */
  readonly pages: boolean;
};

/** A stored record that can't be read: `why` names the item and its field. */
export type UnreadableRecord = { readonly id: string; readonly why: string };

/** How a sweep reports an unreadable record. */
export const unreadableRecord = (why: string): Unreadable => ({
  kind: 'unreadable-record',
  text: why,
  pages: true,
});

/** The unreadable records of one sweep: nothing is done about them, and nothing concluded. */
export type LeftOut = {
  readonly ofLeases: (record: UnreadableRecord) => void;
  readonly ofAccounts: (record: UnreadableRecord) => void;
  readonly ofPulses: (record: UnreadableRecord) => void;
  /** The ids of the unreadable leases so far. */
  readonly leases: () => ReadonlySet<string>;
  /** Each once. */
  readonly all: () => readonly Unreadable[];
};

export function createLeftOut(): LeftOut {
  const leases = new Map<string, string>();
  const pulses = new Map<string, string>();
  const accounts = new Map<string, string>();
  return {
    ofLeases: ({ id, why }) => void leases.set(id, why),
    ofAccounts: ({ id, why }) => void accounts.set(id, why),
    ofPulses: ({ id, why }) => void pulses.set(id, why),
    leases: () => new Set(leases.keys()),
    all: () => [...leases.values(), ...pulses.values(), ...accounts.values()].map(unreadableRecord),
  };
}

/** The open attempts at the provider. */
const attemptsAt = (open: readonly Lease[], provider: ProviderName) =>
  open.flatMap(({ attempts }) => attempts.filter(({ offer }) => offer.provider === provider));

/**
 * Whether the instance may be ours: by its label, by its id, or because its label or id is unknown
 * and could be the one that is missing.
 */
function mayBeOurs(
  { id, label, unreadable }: Instance,
  open: readonly Lease[],
  { provider, reader }: { readonly provider: ProviderName; readonly reader: TagReader },
): boolean {
  if (label?.startsWith(`gs-${reader.deployment}-`) === true) return true;
  const attempts = attemptsAt(open, provider);
  const held = new Set<InstanceId>(attempts.filter(isHolding).map(({ instanceId }) => instanceId));
  if (held.has(id)) return true;
  if (!unreadable.includes('label')) return false;
  const hasNoId = unreadable.includes('id');
  return (hasNoId && held.size > 0) || attempts.some(isUnanswered);
}

/** The rows with unreadable fields. */
export function unreadableRows(
  instances: readonly Instance[],
  open: readonly Lease[],
  at: { readonly provider: ProviderName; readonly reader: TagReader },
): readonly Unreadable[] {
  const odd = instances.filter(({ unreadable }) => unreadable.length > 0);
  return odd.map((instance) => {
    const { id, label, unreadable } = instance;
    const owner = readTag(label, at.reader.deployment, at.reader.signer);
    const of = owner === null ? '' : ` of lease ${owner.leaseId}`;
    const text = `instance ${id}${of} at ${at.provider} (${unreadable.join(', ')})`;
    return { kind: 'unreadable-row', text, pages: mayBeOurs(instance, open, at) };
  });
}

const MAX_NAMED = 5;

/** At most one page for all of them. */
export function unreadablePages(all: readonly Unreadable[]): readonly string[] {
  const paging = all.filter(({ pages }) => pages);
  if (paging.length === 0) return [];
  const named = paging.slice(0, MAX_NAMED).map(({ text }) => text);
  const more = paging.length > MAX_NAMED ? `; and ${paging.length - MAX_NAMED} more` : '';
  return [pageOf('unreadable', `could not read: ${named.join('; ')}${more}`)];
}

/** How many there are of each kind. */
export function unreadableCounts(all: readonly Unreadable[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, found]) => [kind, found.length]),
  );
}
