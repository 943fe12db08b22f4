// POST /v1/leases/{id}/extend: moves the end, or names the limit that was exceeded.

import { askOf } from '../../shared/api/requests/lease.ts';
import { extendedView } from '../../shared/api/views/lease.ts';
import { extendLease } from '../../shared/app/operations.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('extendLease', extendLease, async (run, request) => {
  const { caller, params, body, headers } = request;
  const ask = askOf(body, headers['idempotency-key']);
  return extendedView(await run({ leaseId: params.id, caller, ask }));
});
