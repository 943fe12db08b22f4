// POST /v1/thaw: an operator lets a frozen scope go on.

import { scopeOf } from '../../shared/api/requests/operations.ts';
import { freezeView } from '../../shared/api/views/operations.ts';
import { thaw } from '../../shared/app/operations.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('thaw', thaw, async (run, { caller, body }) =>
  freezeView(await run({ caller, scope: scopeOf(body), why: body.why })),
);
