// PUT /v1/accounts/{consumer}: an operator replaces the limits, under the version it has read.

import { changeOf, whose } from '../../shared/api/requests/ledger.ts';
import { accountView } from '../../shared/api/views/ledger.ts';
import { changeAccount } from '../../shared/app/ledger.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('changeAccount', changeAccount, async (run, request) => {
  const { caller, params, body } = request;
  return accountView(await run({ caller, consumer: whose(params, caller), ...changeOf(body) }));
});
