// PUT /v1/accounts/{consumer}: an operator replaces the limits, under the version it has read.

import { changeOf, whose } from '../../shared/api/account-request.ts';
import { accountView } from '../../shared/api/account-views.ts';
import { changeAccount } from '../../shared/app-accounts.ts';
import { api } from '../wrap.ts';

export const handler = api('changeAccount', changeAccount, async (run, request) => {
  const { caller, params, body } = request;
  return accountView(await run({ caller, consumer: whose(params, caller), ...changeOf(body) }));
});
