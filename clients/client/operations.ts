// The client's methods for operators, and for the health of the service.

import type { Body } from './replies.ts';
import type { CallOptions, Send } from './transport.ts';

/** One method for each route; all may be repeated. */
export function operationsMethods(call: Send) {
  return {
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

    readHealth: ({ signal }: CallOptions = {}) => call('readHealth', { signal }),
  };
}
