// The typed client: one method for each route of the contract, waits, and iterators over lists.
// It holds no rule: what a caller can do with a lease, the lease says in `can`.

import { randomUUID } from 'node:crypto';
import type { RouteName } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { accountRoutes } from './accounts.ts';
import { bookRoutes } from './books.ts';
import { chargeMethods } from './charges.ts';
import { operationRoutes, type Routed } from './operations.ts';
import type {
  AccountEvent,
  Body,
  Lease,
  LeaseEvent,
  LedgerEntry,
  Offer,
  Query,
} from './replies.ts';
import { type Call, createTransport, sleepFor, type TransportOptions } from './transport.ts';
import { createWait } from './wait.ts';

export type ClientOptions = TransportOptions;

/** What every method takes last. */
export type CallOptions = { readonly signal?: AbortSignal | undefined };
export type RequestOptions = CallOptions & {
  /** 8 to 128 letters, digits, `_ . : -`. The same key and body give the same lease. */
  readonly idempotencyKey?: string | undefined;
};

export type Client = ReturnType<typeof createClient>;

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** Every item of a list, page by page, as long as there are any. */
async function* walk<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  from: string | undefined,
): AsyncGenerator<Item, void> {
  for (let cursor = from; ; ) {
    const { items, nextCursor } = await read(cursor);
    yield* items;
    // The cursor of events never ends: a lease may have more of them later.
    if (nextCursor === null || items.length === 0) return;
    cursor = nextCursor;
  }
}

function leaseRoutes(call: Routed) {
  return {
    /**
     * Requests a lease; resolves once it is accepted, long before its machine is ready. Retries
     * carry the same key. Without a key of your own, a repeat of this method is another lease.
     */
    requestLease: (
      body: Body<'requestLease'>,
      { idempotencyKey = randomUUID(), signal }: RequestOptions = {},
    ) => call('requestLease', { body, headers: { 'idempotency-key': idempotencyKey }, signal }),

    /** A page of your leases, newest first; one of the last second may be missing. */
    listLeases: (query: Query<'listLeases'> = {}, { signal }: CallOptions = {}) =>
      call('listLeases', { query, signal }),

    readLease: (id: string, { signal }: CallOptions = {}) =>
      call('readLease', { params: { id }, signal }),

    /** A page of a lease's events. Its `nextCursor` stays good: ask again for what came after. */
    readEvents: (
      id: string,
      { cursor, signal }: CallOptions & { readonly cursor?: string | undefined } = {},
    ) => call('readEvents', { params: { id }, query: { cursor }, signal }),

    /** Says that the application is alive, and busy unless it says otherwise. */
    recordHeartbeat: (
      id: string,
      { busy, signal }: CallOptions & { readonly busy?: boolean | undefined } = {},
    ) =>
      call('recordHeartbeat', {
        params: { id },
        body: busy === undefined ? null : { busy },
        signal,
      }),

    /** Ends the lease. Safe to repeat; the machine is proved gone some time after. */
    releaseLease: (id: string, { signal }: CallOptions = {}) =>
      call('releaseLease', { params: { id }, signal }),

    /** The same as `releaseLease`. */
    deleteLease: (id: string, { signal }: CallOptions = {}) =>
      call('deleteLease', { params: { id }, signal }),
  };
}

function otherRoutes(call: Routed) {
  return {
    /** A page of the menu, cheapest first. */
    listOffers: (query: Query<'listOffers'> = {}, { signal }: CallOptions = {}) =>
      call('listOffers', { query, signal }),

    readOffer: (id: string, query: Query<'readOffer'> = {}, { signal }: CallOptions = {}) =>
      call('readOffer', { params: { id }, query, signal }),

    readHealth: ({ signal }: CallOptions = {}) => call('readHealth', { signal }),

    /** What a rented machine sends, with its lease token instead of a signature. */
    recordNodeHeartbeat: (
      token: string,
      body: Body<'recordNodeHeartbeat'>,
      { signal }: CallOptions = {},
    ) =>
      call('recordNodeHeartbeat', { headers: { authorization: `Bearer ${token}` }, body, signal }),
  };
}

/**
 * A client for the service at `endpoint`. Every method may be repeated, retries by itself what is
 * worth it, and rejects with ApiProblem or, once its signal aborts, with the signal's reason.
 */
export function createClient(options: ClientOptions) {
  const send = createTransport(options);
  // The service's own views made this JSON, and its types are derived from them.
  const call: Routed = async <Name extends RouteName>(name: Name, parts: Call) =>
    (await send(name, parts)) as Reply<Name>;
  const leases = leaseRoutes(call);
  const others = otherRoutes(call);
  const operations = operationRoutes(call);
  const accounts = accountRoutes(call);
  const charges = chargeMethods(call);
  const books = bookRoutes(call);
  const all = { ...leases, ...others, ...operations, ...accounts, ...charges, ...books };
  const routes = all satisfies Record<RouteName, unknown>;

  return {
    ...routes,

    /** Every offer from `cursor` on, cheapest first. */
    everyOffer: (query: Query<'listOffers'> = {}, call: CallOptions = {}) =>
      walk<Offer>(async (cursor) => {
        const { offers, nextCursor } = await others.listOffers({ ...query, cursor }, call);
        return { items: offers, nextCursor };
      }, textOf(query.cursor)),

    /** Every lease from `cursor` on, newest first. */
    everyLease: (query: Query<'listLeases'> = {}, call: CallOptions = {}) =>
      walk<Lease>(async (cursor) => {
        const page = await leases.listLeases({ ...query, cursor }, call);
        return { items: page.leases, nextCursor: page.nextCursor };
      }, textOf(query.cursor)),

    /** Every entry of the ledger from `cursor` on, the oldest first. */
    everyEntry: (query: Query<'readLedger'> = {}, call: CallOptions = {}) =>
      walk<LedgerEntry>(async (cursor) => {
        const page = await books.readLedger({ limit: 1_000, ...query, cursor }, call);
        return { items: page.entries, nextCursor: page.nextCursor };
      }, textOf(query.cursor)),

    /** Every event there is of a lease by now, oldest first. */
    everyEvent: (id: string, { signal }: CallOptions = {}) =>
      walk<LeaseEvent>(async (cursor) => {
        const { events, nextCursor } = await leases.readEvents(id, { cursor, signal });
        return { items: events, nextCursor };
      }, undefined),

    /** Everything that happened to an account by now, oldest first. */
    everyAccountEvent: (consumer?: string, { signal }: CallOptions = {}) =>
      walk<AccountEvent>(async (cursor) => {
        const page = await accounts.readAccountEvents(consumer, { cursor, signal });
        return { items: page.events, nextCursor: page.nextCursor };
      }, undefined),

    waitFor: createWait({ ...leases, sleep: options.sleep ?? sleepFor }),
  };
}

const textOf = (cursor: string | number | undefined): string | undefined =>
  cursor === undefined ? undefined : String(cursor);
