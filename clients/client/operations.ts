// The client's methods that extend a lease, and those of operators.

import { randomUUID } from 'node:crypto';
import type { RouteName } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import type { Body } from './replies.ts';
import type { Call } from './transport.ts';

export type Routed = <Name extends RouteName>(name: Name, call: Call) => Promise<Reply<Name>>;

type CallOptions = { readonly signal?: AbortSignal | undefined };
type KeyOptions = CallOptions & { readonly idempotencyKey?: string | undefined };

/** One method for each route; all may be repeated. */
export function operationRoutes(call: Routed) {
  return {
    /**
     * Lets a serving lease run longer: `until` an instant, or for some `hours` more. Retries carry
     * the same key; without a key of your own, repeating this method with `hours` adds them again.
     */
    extendLease: (
      id: string,
      body: Body<'extendLease'>,
      { idempotencyKey = randomUUID(), signal }: KeyOptions = {},
    ) => {
      const headers = { 'idempotency-key': idempotencyKey };
      return call('extendLease', { params: { id }, body, headers, signal });
    },

    /** Operators: lifts the longest time for one lease; it extends nothing by itself. */
    approveExtension: (id: string, body: Body<'approveExtension'>, { signal }: CallOptions = {}) =>
      call('approveExtension', { params: { id }, body, signal }),

    /** Operators: stops a scope and ends what runs in it. */
    placeFreeze: (body: Body<'placeFreeze'>, { signal }: CallOptions = {}) =>
      call('placeFreeze', { body, signal }),

    /** Operators: what is frozen, and how far that has come. */
    readFreezes: ({ signal }: CallOptions = {}) => call('readFreezes', { signal }),

    /** Operators: lets a frozen scope go on. */
    thaw: (body: Body<'thaw'>, { signal }: CallOptions = {}) => call('thaw', { body, signal }),

    /** Operators: sweeps a provider now, does what has to be done, and says what was found. */
    sweepProvider: (body: Body<'sweepProvider'> = {}, { signal }: CallOptions = {}) =>
      call('sweepProvider', { body, signal }),

    /** Operators: how things stand. */
    readDoctor: ({ signal }: CallOptions = {}) => call('readDoctor', { signal }),
  };
}
