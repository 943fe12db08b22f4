// GET /v1/accounts/{consumer}/events: what happened to an account, oldest first.

import { NoteCursor, readCursor } from '../../shared/api/cursor.ts';
import { whose } from '../../shared/api/requests/ledger.ts';
import { notesView } from '../../shared/api/views/ledger.ts';
import { readAccountEvents } from '../../shared/app/ledger.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readAccountEvents', readAccountEvents, async (run, request) => {
  const { caller, params, query } = request;
  const after = readCursor(NoteCursor, query.cursor);
  return notesView(await run({ caller, consumer: whose(params, caller), after }));
});
