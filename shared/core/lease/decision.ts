// A decision about a lease: the lease to commit, and a result for the caller. A decision has no
// effects. The use case that carries it out commits the lease first.

import type { Lease } from './lease.ts';

/** `commit` is the lease to commit; null leaves it unchanged. */
export type Decision<Result> = { readonly commit: Lease | null; readonly result: Result };

/** Commits nothing. */
export const keep = <Result>(result: Result): Decision<Result> => ({ commit: null, result });

/** Commits the lease unless it is null, without a result. */
export const commitOnly = (commit: Lease | null): Decision<null> => ({ commit, result: null });

/** Commits `after` unless the change returned the same object. */
export const commitChange = (before: Lease, after: Lease): Decision<null> =>
  commitOnly(after === before ? null : after);
