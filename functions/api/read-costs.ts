// GET /v1/costs: the caller's own; operators may ask for anybody's, or for all of them.

import { CostCursor, costPlaceOf, readCursor } from '../../shared/api/cursor.ts';
import { spanOf } from '../../shared/api/requests/billing.ts';
import { costsView } from '../../shared/api/views/billing.ts';
import { readCosts } from '../../shared/app/billing.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readCosts', readCosts, async (run, { caller, query, now }) => {
  const { groupBy, consumer = null, cursor } = query;
  const span = spanOf(query, now);
  const after = costPlaceOf(readCursor(CostCursor, cursor));
  return costsView(await run({ caller, consumer, groupBy, span, after }), { groupBy, span });
});
