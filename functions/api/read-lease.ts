// GET /v1/leases/{id}

import { leaseView } from '../../shared/api/views/lease.ts';
import { readLease } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readLease', readLease, async (run, { caller, params }) =>
  leaseView(await run({ leaseId: params.id, caller })),
);
