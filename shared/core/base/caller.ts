// The caller of a request: a consumer can read and change only its own leases, an operator all
// leases.

import { Failure } from './failure.ts';
import type { ConsumerId } from './ids.ts';

export type Caller = { readonly consumer: ConsumerId; readonly operator: boolean };

/** Throws Forbidden unless the caller is an operator. */
export function mustBeOperator({ operator }: Caller): void {
  if (!operator) throw new Failure('Forbidden', 'only operators can do this');
}

/** Throws Forbidden unless the caller may read the records of `consumer`. */
export function mustOwn(
  { consumer: own, operator }: Caller,
  consumer: ConsumerId,
  what: 'leases' | 'accounts' | 'books',
): void {
  if (operator || consumer === own) return;
  throw new Failure('Forbidden', `only operators can read the ${what} of other consumers`, {
    field: 'consumer',
  });
}
