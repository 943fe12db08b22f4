// GET /v1/reconciliations: an operator sees what the last comparisons came to.

import { reconciliationsView } from '../../shared/api/views/billing.ts';
import { readReconciliations } from '../../shared/app/charges.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readReconciliations', readReconciliations, async (run, { caller }) =>
  reconciliationsView(await run(caller)),
);
