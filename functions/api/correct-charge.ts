// POST /v1/leases/{id}/correct: an operator puts right what a settled lease was charged.

import { IdempotencyKey } from '../../shared/api/contract/fields.ts';
import { parse } from '../../shared/api/parse.ts';
import { leaseView } from '../../shared/api/views/lease.ts';
import { correctCharge } from '../../shared/app/charges.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('correctCharge', correctCharge, async (run, request) => {
  const { caller, params, body, headers } = request;
  const key = parse(IdempotencyKey, headers['idempotency-key'], 'Idempotency-Key');
  const { amountMicroUsd: amount, why } = body;
  return leaseView(await run({ leaseId: params.id, caller, key, amount, why }));
});
