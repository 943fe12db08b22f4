// GET /v1/leases/{id}

import { leaseView } from '../../shared/api/views.ts';
import { readLease } from '../../shared/app.ts';
import { api } from '../wrap.ts';

export const handler = api('readLease', readLease, async (run, { caller, params }) =>
  leaseView(await run({ leaseId: params.id, caller })),
);
