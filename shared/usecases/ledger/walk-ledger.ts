// Reads the entries of a span page by page. No page splits a settlement, so that the sums of pages
// add up, with one page in memory.

import type { ConsumerId } from '../../core/base/ids.ts';
import { invariant } from '../../core/base/invariant.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { Span } from '../../core/billing/days.ts';
import { type EntryPlace, type LedgerEntry, uncut } from '../../core/ledger/entry.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';

/** The position of the next page; `limit` is the maximum page size. */
export type PageRequest = Span & {
  readonly consumer: ConsumerId;
  readonly after: EntryPlace | null;
  readonly limit: number;
};

export type EntryPage = {
  readonly entries: readonly LedgerEntry[];
  /** The position of the next page; null after the last. */
  readonly next: EntryPlace | null;
};

/** Reads one page that ends at the end of a settlement. Throws StoreDown. */
export async function readPage(
  ledger: LedgerStore,
  request: PageRequest,
  report: ReportUnreadable,
): Promise<EntryPage> {
  const page = await ledger.page(request, report);
  const more = page.length === request.limit;
  const entries = uncut(page, more);
  return { entries, next: more ? (entries.at(-1) ?? null) : null };
}

/** Reads every page of a span, in order; unreadable entries are reported. Throws StoreDown. */
export async function* walkLedger(
  ledger: LedgerStore,
  { consumer, span }: { readonly consumer: ConsumerId; readonly span: Span },
  report: ReportUnreadable,
): AsyncGenerator<readonly LedgerEntry[], void> {
  const limit = policy.ledger.pageSize;
  let after: EntryPlace | null = null;
  for (let pages = 1; pages <= policy.ledger.maxPages; pages += 1) {
    const request = { ...span, consumer, after, limit };
    const page: EntryPage = await readPage(ledger, request, report);
    yield page.entries;
    after = page.next;
    if (after === null) return;
  }
  invariant(false, `${consumer} has more than ${policy.ledger.maxPages} pages of entries`);
}
