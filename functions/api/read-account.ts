// GET /v1/accounts/{consumer}: limits, room, holds; one's own as `self`, operators anybody's.

import { whose } from '../../shared/api/account-request.ts';
import { accountView } from '../../shared/api/account-views.ts';
import { readAccount } from '../../shared/app-accounts.ts';
import { api } from '../wrap.ts';

export const handler = api('readAccount', readAccount, async (run, { caller, params }) =>
  accountView(await run({ caller, consumer: whose(params, caller) })),
);
