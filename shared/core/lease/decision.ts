// What a decision about a lease consists of: how the lease should be from now on, and what to tell
// whoever asked. A decision has no effects; whoever carries it out commits the lease first.

import type { Lease } from './lease.ts';

/** `commit` is the lease as it should be, or null to leave it as it is. */
export type Decision<Result> = { readonly commit: Lease | null; readonly result: Result };

/** The lease stays as it is. */
export const keep = <Result>(result: Result): Decision<Result> => ({ commit: null, result });

/** Commits the lease, if there is one, and tells nothing. */
export const commitOnly = (commit: Lease | null): Decision<null> => ({ commit, result: null });

/** Commits what a change made of the lease, unless it left the very same lease. */
export const commitChange = (before: Lease, after: Lease): Decision<null> =>
  commitOnly(after === before ? null : after);
