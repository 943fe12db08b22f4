// POST /v1/ledger/verify: an operator proves that the books agree, some accounts at a time.

import { AccountCursor, readCursor } from '../../shared/api/cursor.ts';
import { verifyView } from '../../shared/api/views/billing.ts';
import { verifyOnDemand } from '../../shared/app/billing.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('verifyLedger', verifyOnDemand, async (run, { caller, body }) => {
  const after = readCursor(AccountCursor, body?.cursor)?.consumer ?? null;
  return verifyView(await run({ caller, consumer: body?.consumer ?? null, after }));
});
