// POST /v1/ledger/verify: an operator proves that the books agree, some accounts at a time.

import { AccountPlace } from '../../shared/api/requests/billing.ts';
import { verifyView } from '../../shared/api/views/billing.ts';
import { verifyOnDemand } from '../../shared/app/billing.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('verifyLedger', verifyOnDemand, async (run, request) => {
  const { caller, body, cursors } = request;
  const after = cursors.read(AccountPlace, body?.cursor)?.consumer ?? null;
  return verifyView(await run({ caller, consumer: body?.consumer ?? null, after }), cursors);
});
