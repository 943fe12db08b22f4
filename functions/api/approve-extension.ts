// POST /v1/leases/{id}/approve-extension: an operator lifts the longest time for one lease.

import { leaseView } from '../../shared/api/views/lease.ts';
import { approveExtension } from '../../shared/app/operations.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('approveExtension', approveExtension, async (run, request) => {
  const { caller, params, body } = request;
  return leaseView(await run({ leaseId: params.id, caller, ...body }));
});
