// The client's methods for leases.

import type { Body, Query } from './replies.ts';
import { type CallOptions, type KeyOptions, keyHeaders, type Send } from './transport.ts';

/** One method for each route; all are safe to repeat. */
export function leaseMethods(call: Send) {
  return {
    /**
     * Requests a lease; resolves when it is accepted, long before its instance is ready. Retries
     * carry the same key. Without an `idempotencyKey`, repeating this method requests another
     * lease.
     */
    requestLease: (body: Body<'requestLease'>, { signal, ...key }: KeyOptions = {}) =>
      call('requestLease', { body, headers: keyHeaders(key), signal }),

    /** A page of your leases, newest first. A lease of the last second may be missing. */
    listLeases: (query: Query<'listLeases'> = {}, { signal }: CallOptions = {}) =>
      call('listLeases', { query, signal }),

    readLease: (id: string, { signal }: CallOptions = {}) =>
      call('readLease', { params: { id }, signal }),

    /** A page of a lease's events. Its `nextCursor` stays valid for later events. */
    readEvents: (
      id: string,
      { cursor, signal }: CallOptions & { readonly cursor?: string | undefined } = {},
    ) => call('readEvents', { params: { id }, query: { cursor }, signal }),

    /**
     * Reports that the application is alive, and busy unless `busy` is false. The reply says by
     * when the next heartbeat is due.
     */
    recordHeartbeat: (
      id: string,
      { busy, signal }: CallOptions & { readonly busy?: boolean | undefined } = {},
    ) =>
      call('recordHeartbeat', {
        params: { id },
        body: busy === undefined ? null : { busy },
        signal,
      }),

    /**
     * Extends an active lease: `until` an instant, or by some `hours`. Retries carry the same key.
     * Without an `idempotencyKey`, repeating this method with `hours` adds them again.
     */
    extendLease: (id: string, body: Body<'extendLease'>, { signal, ...key }: KeyOptions = {}) =>
      call('extendLease', { params: { id }, body, headers: keyHeaders(key), signal }),

    /** Operators: allows extensions beyond the maximum duration. It doesn't extend the lease. */
    approveExtension: (id: string, body: Body<'approveExtension'>, { signal }: CallOptions = {}) =>
      call('approveExtension', { params: { id }, body, signal }),

    /** Ends the lease. The instance is proved gone some time later. */
    releaseLease: (id: string, { signal }: CallOptions = {}) =>
      call('releaseLease', { params: { id }, signal }),

    /** The same as `releaseLease`. */
    deleteLease: (id: string, { signal }: CallOptions = {}) =>
      call('deleteLease', { params: { id }, signal }),

    /** The heartbeat of an instance, with its lease token instead of a signature. */
    recordNodeHeartbeat: (
      token: string,
      body: Body<'recordNodeHeartbeat'>,
      { signal }: CallOptions = {},
    ) =>
      call('recordNodeHeartbeat', { headers: { authorization: `Bearer ${token}` }, body, signal }),
  };
}
