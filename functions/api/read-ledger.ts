// GET /v1/ledger: the caller's own entries; operators may ask for anybody's.

import { EntryCursor, readCursor } from '../../shared/api/cursor.ts';
import { spanOf } from '../../shared/api/requests/billing.ts';
import { ledgerView } from '../../shared/api/views/ledger.ts';
import { readLedger } from '../../shared/app/billing.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readLedger', readLedger, async (run, { caller, query, now }) => {
  const { consumer = caller.consumer, limit, cursor } = query;
  const after = readCursor(EntryCursor, cursor);
  return ledgerView(await run({ caller, consumer, span: spanOf(query, now), after, limit }));
});
