// The Idempotency-Key of a request.

import { IdempotencyKey } from '../contract/fields.ts';
import type { HttpEvent } from '../http.ts';
import { parse } from '../parse.ts';

/** The key of a request that needs one. Throws BadRequest. */
export const keyOf = (headers: HttpEvent['headers']): string =>
  parse(IdempotencyKey, headers['idempotency-key'], 'Idempotency-Key');
