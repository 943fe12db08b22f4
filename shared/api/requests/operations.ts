// Makes the input of use cases from parsed requests of operators.

import type { FreezeScope } from '../../core/operations/freeze.ts';
import type { FreezeRequest } from '../contract/operations.ts';

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
