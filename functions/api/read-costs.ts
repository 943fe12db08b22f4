// GET /v1/costs: the caller's own; operators may ask for anybody's, or for all of them.

import { CostPlace, spanOf } from '../../shared/api/requests/billing.ts';
import { costsView } from '../../shared/api/views/billing.ts';
import { readCosts } from '../../shared/app/billing.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('readCosts', readCosts, async (run, request) => {
  const { caller, query, now, cursors } = request;
  const { groupBy, consumer = null, cursor } = query;
  const span = spanOf(query, now);
  const after = cursors.read(CostPlace, cursor);
  const report = await run({ caller, consumer, groupBy, span, after });
  return costsView(report, { groupBy, span }, cursors);
});
