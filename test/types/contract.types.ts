// Replies that must not compile. Nothing here runs: tsc fails when a line below stops being an
// error.

import { list } from '../../functions/wrap/list.ts';
import { api, type Serve } from '../../functions/wrap/routes.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { leaseView } from '../../shared/api/views/lease.ts';
import { listLeases, readLease } from '../../shared/app/lease.ts';
import type { MicroUsd } from '../../shared/core/base/money.ts';
import type { Lease } from '../../shared/core/lease/lease.ts';

type Given = { readonly lease: Lease; readonly reply: Reply<'readLease'>; readonly paid: MicroUsd };

/** A view returns the reply type of its route. */
export function views({ lease, reply, paid }: Given): unknown[] {
  const { state: _, ...stateless } = reply;
  return [
    // @ts-expect-error: a field is missing.
    stateless satisfies Reply<'readLease'>,
    // @ts-expect-error: no reply has such a field.
    { ...reply, colour: 'red' } satisfies Reply<'readLease'>,
    // @ts-expect-error: an instant is text in a reply.
    { ...reply, requestedAt: lease.requestedAt } satisfies Reply<'readLease'>,
    // @ts-expect-error: no lease is in such a state.
    { ...reply, state: 'paused' } satisfies Reply<'readLease'>,
    // @ts-expect-error: a number has no unit.
    { ...reply, holdMicroUsd: 5 } satisfies Reply<'readLease'>,
    { ...reply, holdMicroUsd: paid } satisfies Reply<'readLease'>,
  ];
}

/** A handler returns the reply type of its own route. */
export function handlers({ lease }: Given): unknown[] {
  return [
    api(readLease, async () => leaseView(lease)) satisfies Serve<'readLease'>,
    // @ts-expect-error: a stored lease is no reply.
    api(readLease, async () => lease) satisfies Serve<'readLease'>,
    // @ts-expect-error: one lease is no list of them.
    list(listLeases, async () => leaseView(lease)) satisfies Serve<'listLeases'>,
  ];
}
