// POST /v1/leases/{id}/release: the consumer is done.

import { leaseView } from '../../shared/api/views/lease.ts';
import { releaseLease } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('releaseLease', releaseLease, async (run, { caller, params }) =>
  leaseView(await run({ leaseId: params.id, caller })),
);
