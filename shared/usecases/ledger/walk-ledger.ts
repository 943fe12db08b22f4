// Reads the entries of a span page by page, none cut in the middle of a settlement: so that sums of
// pages are sums of the whole, in memory for one page.

import type { ConsumerId } from '../../core/base/ids.ts';
import { invariant } from '../../core/base/invariant.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { Span } from '../../core/billing/days.ts';
import { type EntryPlace, type LedgerEntry, uncut } from '../../core/ledger/entry.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';

/** Where a walk goes on; `limit` is what one page may hold at most. */
export type PageRequest = Span & {
  readonly consumer: ConsumerId;
  readonly after: EntryPlace | null;
  readonly limit: number;
};

export type EntryPage = {
  readonly entries: readonly LedgerEntry[];
  /** Where the next page goes on; null after the last. */
  readonly next: EntryPlace | null;
};

/** One page that ends where a settlement ends. Throws StoreDown. */
export async function readPage(ledger: LedgerStore, request: PageRequest): Promise<EntryPage> {
  const page = await ledger.page(request);
  const more = page.length === request.limit;
  const entries = uncut(page, more);
  return { entries, next: more ? (entries.at(-1) ?? null) : null };
}

/** Every page of a span, in order. Throws StoreDown. */
export async function* walkLedger(
  ledger: LedgerStore,
  { consumer, span }: { readonly consumer: ConsumerId; readonly span: Span },
): AsyncGenerator<readonly LedgerEntry[], void> {
  const limit = policy.ledger.pageSize;
  let after: EntryPlace | null = null;
  for (let pages = 1; pages <= policy.ledger.maxPages; pages += 1) {
    const page: EntryPage = await readPage(ledger, { ...span, consumer, after, limit });
    yield page.entries;
    after = page.next;
    if (after === null) return;
  }
  invariant(false, `${consumer} has more than ${policy.ledger.maxPages} pages of entries`);
}
