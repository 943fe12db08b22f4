// POST /v1/freeze: an operator stops a scope and ends what runs in it.

import { scopeOf } from '../../shared/api/requests/operations.ts';
import { freezeView } from '../../shared/api/views/operations.ts';
import { placeFreeze } from '../../shared/app/operations.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('placeFreeze', placeFreeze, async (run, { caller, body }) =>
  freezeView(await run({ caller, scope: scopeOf(body), why: body.why })),
);
