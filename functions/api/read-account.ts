// GET /v1/accounts/{consumer}: limits, room, holds; one's own as `self`, operators anybody's.

import { whose } from '../../shared/api/requests/ledger.ts';
import { accountView } from '../../shared/api/views/ledger.ts';
import { readAccount } from '../../shared/app/ledger.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readAccount', readAccount, async (run, { caller, params }) =>
  accountView(await run({ caller, consumer: whose(params, caller) })),
);
