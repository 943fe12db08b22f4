// GET /v1/ledger: the caller's own entries; operators may ask for anybody's.

import { spanOf } from '../../shared/api/requests/billing.ts';
import { EntryPlace } from '../../shared/api/requests/ledger.ts';
import { ledgerView } from '../../shared/api/views/ledger.ts';
import { readLedger } from '../../shared/app/billing.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('readLedger', readLedger, async (run, request) => {
  const { caller, query, now, cursors } = request;
  const { consumer = caller.consumer, limit, cursor } = query;
  const after = cursors.read(EntryPlace, cursor);
  const page = await run({ caller, consumer, span: spanOf(query, now), after, limit });
  return ledgerView(page, cursors);
});
