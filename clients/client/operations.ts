// The client's methods for operators, and for the health of the service.

import type { Body } from './replies.ts';
import type { CallOptions, Send } from './transport.ts';

/** One method for each route; all are safe to repeat. */
export function operationsMethods(call: Send) {
  return {
    /** Operators: freezes a scope: refuses new leases and ends open ones. */
    placeFreeze: (body: Body<'placeFreeze'>, { signal }: CallOptions = {}) =>
      call('placeFreeze', { body, signal }),

    /** Operators: all freezes and their progress. */
    readFreezes: ({ signal }: CallOptions = {}) => call('readFreezes', { signal }),

    /** Operators: lifts the freeze of a scope. */
    thaw: (body: Body<'thaw'>, { signal }: CallOptions = {}) => call('thaw', { body, signal }),

    /** Operators: attests that no instance of an ending lease is left, where nothing proves it. */
    attestLease: (id: string, body: Body<'attestLease'>, { signal }: CallOptions = {}) =>
      call('attestLease', { params: { id }, body, signal }),

    /** Operators: confirms that this deployment uses another account of a provider. */
    addProviderAccount: (
      provider: string,
      body: Body<'addProviderAccount'>,
      { signal }: CallOptions = {},
    ) => call('addProviderAccount', { params: { provider }, body, signal }),

    /** Operators: the diagnosis of the service. */
    readDoctor: ({ signal }: CallOptions = {}) => call('readDoctor', { signal }),

    readHealth: ({ signal }: CallOptions = {}) => call('readHealth', { signal }),
  };
}
