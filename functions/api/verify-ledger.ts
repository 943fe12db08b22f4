// POST /v1/ledger/verify: an operator proves that the books agree, some accounts at a time.

import { verifyView } from '../../shared/api/cost-views.ts';
import { AccountCursor, readCursor } from '../../shared/api/cursor.ts';
import { verifyOnDemand } from '../../shared/app-costs.ts';
import { api } from '../wrap.ts';

export const handler = api('verifyLedger', verifyOnDemand, async (run, { caller, body }) => {
  const after = readCursor(AccountCursor, body?.cursor)?.consumer ?? null;
  return verifyView(await run({ caller, consumer: body?.consumer ?? null, after }));
});
