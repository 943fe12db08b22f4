// Leases: requested, read, extended and released by their consumers. Operators may do so for any
// lease, approve extensions beyond the longest time, and attest that no instance is left.

import { leaseRoutes } from '../shared/api/contract/lease.ts';
import { keyOf } from '../shared/api/requests/key.ts';
import { askOf, EventPlace, envOf, LeasePlace, termsOf } from '../shared/api/requests/lease.ts';
import {
  acceptedView,
  eventsView,
  extendedView,
  leasesView,
  leaseView,
} from '../shared/api/views/lease.ts';
import {
  listLeases,
  readEvents,
  readLease,
  releaseLease,
  requestLease,
} from '../shared/app/lease.ts';
import { approveExtension, attestLease, extendLease } from '../shared/app/operations.ts';
import { list } from './wrap/list.ts';
import { api, routes } from './wrap/routes.ts';

export const handler = routes(leaseRoutes, {
  requestLease: api(requestLease, async (run, { caller, body, headers }) => {
    const idempotencyKey = keyOf(headers);
    const { consumer } = caller;
    const [terms, env] = [termsOf(body), envOf(body)];
    return acceptedView(await run({ consumer, idempotencyKey, body, terms, env }));
  }),

  listLeases: list(listLeases, async (run, { caller, query, cursors }) => {
    const { consumer = caller.consumer, limit, cursor } = query;
    const after = cursors.read(LeasePlace, cursor);
    return leasesView(await run({ caller, consumer, after, limit }), cursors);
  }),

  readLease: api(readLease, async (run, { caller, params }) => {
    const { lease, place } = await run({ leaseId: params.id, caller });
    return leaseView(lease, place);
  }),

  readEvents: list(readEvents, async (run, { caller, params, query, cursors }) => {
    const afterSeq = cursors.read(EventPlace, query.cursor)?.seq ?? 0;
    return eventsView(await run({ leaseId: params.id, caller, afterSeq }), afterSeq, cursors);
  }),

  extendLease: api(extendLease, async (run, { caller, params, body, headers }) => {
    const ask = askOf(body, headers['idempotency-key']);
    return extendedView(await run({ leaseId: params.id, caller, ask }));
  }),

  approveExtension: api(approveExtension, async (run, { caller, params, body }) =>
    leaseView(await run({ leaseId: params.id, caller, ...body })),
  ),

  attestLease: api(attestLease, async (run, { caller, params, body }) =>
    leaseView(await run({ leaseId: params.id, caller, why: body.why })),
  ),

  releaseLease: api(releaseLease, async (run, { caller, params }) =>
    leaseView(await run({ leaseId: params.id, caller })),
  ),

  /** The same as a release, for clients that think in resources. */
  deleteLease: api(releaseLease, async (run, { caller, params }) =>
    leaseView(await run({ leaseId: params.id, caller })),
  ),
});
