// The ledger: what was held, charged and returned, written once and never changed. Accounts,
// entries and the leases' own charges must always agree.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { type MicroUsd, rest, SignedMicroUsd } from '../base/money.ts';
import { ProviderName } from '../base/providers.ts';
import { EpochMs, Month } from '../base/time.ts';
import { Charge } from './charge.ts';

/** How a hold ends: part of it is charged, the rest returned; what went past it is an overrun. */
export type Settlement = {
  readonly charged: MicroUsd;
  readonly released: MicroUsd;
  readonly overrun: MicroUsd;
};

/** Splits a hold by what the lease cost: charged + released = hold + overrun, always. */
export function settle(held: MicroUsd, charged: MicroUsd): Settlement {
  return { charged, released: rest(held, charged), overrun: rest(charged, held) };
}

/** What is written to the ledger, once each, and never changed. */
export const EntryKind = z.enum([
  'hold-placed',
  'hold-raised',
  'hold-released',
  'charge',
  'overrun',
  /** What the provider charged, less what we had charged. */
  'true-up',
  /** Put right by a person. */
  'correction',
]);
export type EntryKind = z.infer<typeof EntryKind>;

/**
 * An immutable ledger entry, keyed by lease and sequence. Only true-ups and corrections may be
 * below zero.
 */
export const LedgerEntry = z.object({
  leaseId: LeaseId,
  consumer: ConsumerId,
  seq: z.int().check(z.gte(1)),
  month: Month,
  at: EpochMs,
  kind: EntryKind,
  amountMicroUsd: SignedMicroUsd,
  /** Of a charge: which instance it is for, and what it is made of. */
  charge: z.optional(Charge),
  /** Of a true-up or correction: why, by whom, at which provider, and its place in their order. */
  why: z.optional(z.string()),
  by: z.optional(ConsumerId),
  provider: z.optional(ProviderName),
  correctionSeq: z.optional(z.int()),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** Whether the entry comes after settlement: such are ordered one by one for each account. */
export const isCorrection = ({ kind }: LedgerEntry): boolean =>
  kind === 'true-up' || kind === 'correction';

/** Where an entry stands in its account's ledger: entries are in order of time, lease, sequence. */
export const EntryPlace = z.object({ at: EpochMs, leaseId: LeaseId, seq: z.int() });
export type EntryPlace = z.infer<typeof EntryPlace>;

/**
 * A page without the settlement that its end may have cut in two; the whole page when nothing
 * follows it. What one lease entered at one instant stands together.
 */
export function uncut(page: readonly LedgerEntry[], more: boolean): readonly LedgerEntry[] {
  const last = page.at(-1);
  if (!more || last === undefined) return page;
  const whole = page.filter(({ at, leaseId }) => at !== last.at || leaseId !== last.leaseId);
  invariant(whole.length > 0, `the entries of lease ${last.leaseId} don't fit into a page`);
  return whole;
}

/** What the entries of some leases sum up to, to compare with account and leases. */
export type EntryTotals = { readonly held: number; readonly charged: number };

/** Adds entries up: what is still held, and what was charged. */
export function totalsOf(entries: readonly LedgerEntry[]): EntryTotals {
  const of = (kind: EntryKind): number =>
    entries
      .filter((entry) => entry.kind === kind)
      .reduce((all, entry) => all + entry.amountMicroUsd, 0);
  const taken = of('charge') - of('overrun');
  const charged = of('charge') + of('true-up') + of('correction');
  return { held: of('hold-placed') + of('hold-raised') - taken - of('hold-released'), charged };
}
