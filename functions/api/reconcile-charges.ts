// POST /v1/reconciliations: an operator compares a provider's charges with ours now.

import { reconciliationView } from '../../shared/api/views/billing.ts';
import { reconcileOnDemand } from '../../shared/app/charges.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('reconcileCharges', reconcileOnDemand, async (run, { caller, body }) =>
  reconciliationView(await run({ caller, provider: body.provider })),
);
