// Calls that must succeed, and the walk over the pages of a listing: a listing is complete or a
// failure, never partial.

import type * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import type { CallClass } from '../../../core/instance/card.ts';
import type { Http, HttpRequest } from '../http.ts';
import { CALL_TIMEOUT } from './card.ts';
import { failureOf, troubleOf } from './errors.ts';
import { readWire } from './wire.ts';

export type Api = Http & { readonly baseUrl: string };

export type Read = Pick<HttpRequest, 'path' | 'query' | 'body'> & {
  readonly method: 'GET' | 'POST';
  readonly callClass: CallClass | null;
};

/** The name of an endpoint in messages. */
export const endpointOf = (call: { readonly method: string; readonly path: string }): string =>
  `${call.method} ${call.path}`;

/** Sends a read and parses its reply. Throws RateLimited, ProviderDown, Unauthorised, BadReply. */
export async function read<Schema extends z.ZodMiniType>(
  api: Api,
  schema: Schema,
  call: Read,
): Promise<z.infer<Schema>> {
  const answer = await api.send({ ...call, timeout: CALL_TIMEOUT, isRead: true });
  const trouble = troubleOf(answer);
  if (trouble !== null) throw failureOf(trouble, endpointOf(call));
  return readWire(schema, answer.kind === 'reply' ? answer.json : undefined, endpointOf(call));
}

/** One page of a listing; `total` is the number of all items, when the provider returns it. */
type Page<Item> = {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly total: number | null;
};

export type Walk<Item> = {
  readonly endpoint: string;
  /** Whether a listing without a total is incomplete. */
  readonly needsTotal: boolean;
  /** The identity of an item, so that an item on two pages counts once. */
  readonly keyOf: (item: Item) => string;
  readonly page: (after: string | null) => Promise<Page<Item>>;
};

/**
 * Reads all pages. Throws BadReply when a page repeats, when there are more than
 * `policy.listing.maxPages`, and when there are fewer items than the last page's total. There may
 * be more: an item of an early page may be gone by the last page.
 */
export async function walkPages<Item>(walk: Walk<Item>): Promise<readonly Item[]> {
  const bad = (why: string): Failure => new Failure('BadReply', `vastai ${walk.endpoint}: ${why}`);
  const items = new Map<string, Item>();
  const tokens = new Set<string>();
  let after: string | null = null;
  for (let pages = 0; pages < policy.listing.maxPages; pages += 1) {
    const page: Page<Item> = await walk.page(after);
    for (const item of page.items) items.set(walk.keyOf(item), item);
    if (page.next === null) {
      if (page.total === null && walk.needsTotal) throw bad('the last page has no total');
      if (page.total === null || items.size >= page.total) return [...items.values()];
      throw bad(`the listing has ${items.size} of ${page.total} items`);
    }
    if (tokens.has(page.next)) throw bad('a page repeats');
    tokens.add(page.next);
    after = page.next;
  }
  throw bad(`more than ${policy.listing.maxPages} pages`);
}

/** The token of the next page; an empty token is none. */
export const nextOf = (token: string | null | undefined): string | null =>
  token === undefined || token === '' ? null : token;
