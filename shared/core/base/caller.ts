// Who asks: a consumer sees and touches only its own leases, an operator all of them.

import { Failure } from './failure.ts';
import type { ConsumerId } from './ids.ts';

export type Caller = { readonly consumer: ConsumerId; readonly operator: boolean };

/** Throws Forbidden for anybody but an operator. */
export function mustBeOperator({ operator }: Caller): void {
  if (!operator) throw new Failure('Forbidden', 'only operators can do this');
}

/** Throws Forbidden unless what belongs to `consumer` is this caller's to see. */
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
