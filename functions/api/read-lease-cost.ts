// GET /v1/leases/{id}/cost: so far, and by its deadline.

import { leaseCostView } from '../../shared/api/cost-views.ts';
import { readLeaseCost } from '../../shared/app-costs.ts';
import { api } from '../wrap.ts';

export const handler = api('readLeaseCost', readLeaseCost, async (run, { caller, params }) =>
  leaseCostView(await run({ leaseId: params.id, caller })),
);
