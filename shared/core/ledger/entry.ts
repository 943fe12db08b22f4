// The ledger: entries for what was held, charged and released, written once and never changed.
// Accounts, entries and the charges of leases must always agree.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { type MicroUsd, rest, SignedMicroUsd } from '../base/money.ts';
import { ProviderName } from '../base/providers.ts';
import { EpochMs, Month } from '../base/time.ts';
import { Charge } from './charge.ts';

/**
 * How a hold ends: a part is charged and the rest released; a charge beyond the hold is an overrun.
 */
export type Settlement = {
  readonly charged: MicroUsd;
  readonly released: MicroUsd;
  readonly overrun: MicroUsd;
};

/** Splits a hold by what the lease cost: charged + released = hold + overrun, always. */
export function settle(held: MicroUsd, charged: MicroUsd): Settlement {
  return { charged, released: rest(held, charged), overrun: rest(charged, held) };
}

/** The kinds of ledger entries. */
export const EntryKind = z.enum([
  'hold-placed',
  'hold-raised',
  'hold-released',
  'charge',
  'overrun',
  /** The part of a hold that stays reserved for transfer that the instance did not report. */
  'reserve-placed',
  'reserve-released',
  /** The provider's charge minus the charge in the ledger. */
  'true-up',
  /** A correction by an operator. */
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
  /** For a charge: its instance and parts. */
  charge: z.optional(Charge),
  /** For a true-up or correction: its reason, author, provider and sequence number. */
  why: z.optional(z.string()),
  by: z.optional(ConsumerId),
  provider: z.optional(ProviderName),
  correctionSeq: z.optional(z.int()),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** What the kinds with a sequence per account add: to its charges, or to its reserves. */
const SEQUENCED: Readonly<Partial<Record<EntryKind, { charged: number; reserved: number }>>> = {
  'true-up': { charged: 1, reserved: 0 },
  correction: { charged: 1, reserved: 0 },
  'reserve-placed': { charged: 0, reserved: 1 },
  'reserve-released': { charged: 0, reserved: -1 },
};

/** Whether the entry is added to its account exactly once, by a sequence of the account. */
export const isSequenced = ({ kind }: LedgerEntry): boolean => SEQUENCED[kind] !== undefined;

/** What a sequenced entry adds to its account. */
export function accountAdds({ kind, amountMicroUsd: amount }: LedgerEntry) {
  const { charged, reserved } = SEQUENCED[kind] ?? { charged: 0, reserved: 0 };
  return { charged: charged * amount, reserved: reserved * amount };
}

/** The position of an entry in its account's ledger, ordered by time, lease and sequence. */
export const EntryPlace = z.object({ at: EpochMs, leaseId: LeaseId, seq: z.int() });
export type EntryPlace = z.infer<typeof EntryPlace>;

/**
 * A page without a settlement that the end of the page may split; the whole page when nothing
 * follows. Entries of one lease at one instant are adjacent.
 */
export function uncut(page: readonly LedgerEntry[], more: boolean): readonly LedgerEntry[] {
  const last = page.at(-1);
  if (!more || last === undefined) return page;
  const whole = page.filter(({ at, leaseId }) => at !== last.at || leaseId !== last.leaseId);
  invariant(whole.length > 0, `the entries of lease ${last.leaseId} don't fit into a page`);
  return whole;
}

/** The totals of entries, to compare with the account and the leases. */
export type EntryTotals = {
  readonly held: number;
  readonly charged: number;
  readonly reserved: number;
};

/** Sums entries: the amounts still held and reserved, and the amount charged. */
export function totalsOf(entries: readonly LedgerEntry[]): EntryTotals {
  const of = (kind: EntryKind): number =>
    entries
      .filter((entry) => entry.kind === kind)
      .reduce((all, entry) => all + entry.amountMicroUsd, 0);
  const taken = of('charge') - of('overrun');
  const charged = of('charge') + of('true-up') + of('correction');
  const reserved = of('reserve-placed') - of('reserve-released');
  const released = of('hold-released') + of('reserve-placed');
  return { held: of('hold-placed') + of('hold-raised') - taken - released, charged, reserved };
}
