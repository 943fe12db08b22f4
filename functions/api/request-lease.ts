// POST /v1/leases: accepts a lease or says which limit binds.

import { IdempotencyKey } from '../../shared/api/contract.ts';
import { envOf, termsOf } from '../../shared/api/lease-request.ts';
import { parse } from '../../shared/api/parse.ts';
import { acceptedView } from '../../shared/api/views.ts';
import { requestLease } from '../../shared/app.ts';
import { api } from '../wrap.ts';

export const handler = api('requestLease', requestLease, async (run, request) => {
  const { caller, body, headers } = request;
  const idempotencyKey = parse(IdempotencyKey, headers['idempotency-key'], 'Idempotency-Key');
  const { consumer } = caller;
  const terms = termsOf(body);
  const env = envOf(body);
  return acceptedView(await run({ consumer, idempotencyKey, body, terms, env }));
});
