// From parsed requests of operators and extensions to what use cases take.

import { Failure } from '../../core/base/failure.ts';
import type { ExtensionAsk } from '../../core/lease/extension.ts';
import type { FreezeScope } from '../../core/operations/freeze.ts';
import { IdempotencyKey } from '../contract/contract.ts';
import type { ExtendRequest, FreezeRequest } from '../contract/operations.ts';
import { parse } from '../parse.ts';

/** An instant as it is; time on top only with the key that tells a repeat from a second wish. */
export function askOf({ until, hours }: ExtendRequest, key: string | undefined): ExtensionAsk {
  if (until !== undefined) return { kind: 'until', until };
  if (hours === undefined) throw new Failure('BadRequest', 'must say either until or hours');
  return { kind: 'more', added: hours, key: parse(IdempotencyKey, key, 'Idempotency-Key') };
}

export function scopeOf(request: FreezeRequest): FreezeScope {
  switch (request.scope) {
    case 'all':
      return { kind: 'all' };
    case 'consumer':
      return { kind: 'consumer', consumer: request.consumer };
    case 'provider':
      return { kind: 'provider', provider: request.provider };
  }
}
