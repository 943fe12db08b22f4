// GET /v1/accounts/{consumer}/events: what happened to an account, oldest first.

import { whose } from '../../shared/api/account-request.ts';
import { notesView } from '../../shared/api/account-views.ts';
import { NoteCursor, readCursor } from '../../shared/api/cursor.ts';
import { readAccountEvents } from '../../shared/app-accounts.ts';
import { api } from '../wrap.ts';

export const handler = api('readAccountEvents', readAccountEvents, async (run, request) => {
  const { caller, params, query } = request;
  const after = readCursor(NoteCursor, query.cursor);
  return notesView(await run({ caller, consumer: whose(params, caller), after }));
});
