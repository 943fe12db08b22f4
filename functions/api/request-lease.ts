// POST /v1/leases: accepts a lease or says which limit binds.

import { IdempotencyKey } from '../../shared/api/contract/fields.ts';
import { parse } from '../../shared/api/parse.ts';
import { envOf, termsOf } from '../../shared/api/requests/lease.ts';
import { acceptedView } from '../../shared/api/views/lease.ts';
import { requestLease } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('requestLease', requestLease, async (run, request) => {
  const { caller, body, headers } = request;
  const idempotencyKey = parse(IdempotencyKey, headers['idempotency-key'], 'Idempotency-Key');
  const { consumer } = caller;
  const terms = termsOf(body);
  const env = envOf(body);
  return acceptedView(await run({ consumer, idempotencyKey, body, terms, env }));
});
