// GET /v1/accounts/{consumer}/events: what happened to an account, oldest first.

import { NotePlace, whose } from '../../shared/api/requests/ledger.ts';
import { notesView } from '../../shared/api/views/ledger.ts';
import { readAccountEvents } from '../../shared/app/ledger.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('readAccountEvents', readAccountEvents, async (run, request) => {
  const { caller, params, query, cursors } = request;
  const after = cursors.read(NotePlace, query.cursor);
  return notesView(await run({ caller, consumer: whose(params, caller), after }), cursors);
});
