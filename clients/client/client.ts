// The typed client: one method for each route of the contract, waits, and iterators over lists. It
// holds no business rule: the field `can` of a lease lists what the caller can do with it.

import type { RouteName } from '../../shared/api/contract/contract.ts';
import { billingMethods } from './billing.ts';
import { leaseMethods } from './lease.ts';
import { ledgerMethods } from './ledger.ts';
import { menuMethods } from './menu.ts';
import { operationsMethods } from './operations.ts';
import type { AccountEvent, Lease, LeaseEvent, LedgerEntry, Offer, Query } from './replies.ts';
import { createRunWait, runMethods } from './runs.ts';
import { type CallOptions, createTransport, sleepFor, type TransportOptions } from './transport.ts';
import { createWait } from './wait.ts';

export type ClientOptions = TransportOptions;

export type Client = ReturnType<typeof createClient>;

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** Every item of a list, page by page. */
async function* walk<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  from: string | undefined,
): AsyncGenerator<Item, void> {
  for (let cursor = from; ; ) {
    const { items, nextCursor } = await read(cursor);
    yield* items;
    // Events always have a next cursor, since a lease may have more events later.
    if (nextCursor === null || items.length === 0) return;
    cursor = nextCursor;
  }
}

/**
 * A client for the service at `endpoint`. Every method is safe to repeat and retries retryable
 * problems. It rejects with ApiProblem or, when its signal aborts, with the signal's reason.
 */
export function createClient(options: ClientOptions) {
  const { sleep = sleepFor } = options;
  const call = createTransport(options);
  const menu = menuMethods(call);
  const leases = leaseMethods(call);
  const ledger = ledgerMethods(call);
  const billing = billingMethods(call);
  const operations = operationsMethods(call);
  const runs = runMethods(call);
  const all = { ...menu, ...leases, ...ledger, ...billing, ...operations, ...runs };
  const routes = all satisfies Record<RouteName, unknown>;

  return {
    ...routes,

    /** Every offer from `cursor` on, cheapest first. */
    everyOffer: (query: Query<'listOffers'> = {}, call: CallOptions = {}) =>
      walk<Offer>(async (cursor) => {
        const { offers, nextCursor } = await menu.listOffers({ ...query, cursor }, call);
        return { items: offers, nextCursor };
      }, textOf(query.cursor)),

    /** Every lease from `cursor` on, newest first. */
    everyLease: (query: Query<'listLeases'> = {}, call: CallOptions = {}) =>
      walk<Lease>(async (cursor) => {
        const page = await leases.listLeases({ ...query, cursor }, call);
        return { items: page.leases, nextCursor: page.nextCursor };
      }, textOf(query.cursor)),

    /** Every ledger entry from `cursor` on, oldest first. */
    everyEntry: (query: Query<'readLedger'> = {}, call: CallOptions = {}) =>
      walk<LedgerEntry>(async (cursor) => {
        const page = await ledger.readLedger({ limit: 1_000, ...query, cursor }, call);
        return { items: page.entries, nextCursor: page.nextCursor };
      }, textOf(query.cursor)),

    /** Every event of a lease until now, oldest first. */
    everyEvent: (id: string, { signal }: CallOptions = {}) =>
      walk<LeaseEvent>(async (cursor) => {
        const { events, nextCursor } = await leases.readEvents(id, { cursor, signal });
        return { items: events, nextCursor };
      }, undefined),

    /** Every event of an account until now, oldest first. */
    everyAccountEvent: (consumer?: string, { signal }: CallOptions = {}) =>
      walk<AccountEvent>(async (cursor) => {
        const page = await ledger.readAccountEvents(consumer, { cursor, signal });
        return { items: page.events, nextCursor: page.nextCursor };
      }, undefined),

    waitFor: createWait({ ...leases, sleep }),
    waitForRun: createRunWait({ ...runs, sleep }),
  };
}

const textOf = (cursor: string | number | undefined): string | undefined =>
  cursor === undefined ? undefined : String(cursor);
