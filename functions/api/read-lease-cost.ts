// GET /v1/leases/{id}/cost: so far, and by its deadline.

import { leaseCostView } from '../../shared/api/views/billing.ts';
import { readLeaseCost } from '../../shared/app/billing.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readLeaseCost', readLeaseCost, async (run, { caller, params }) =>
  leaseCostView(await run({ leaseId: params.id, caller })),
);
