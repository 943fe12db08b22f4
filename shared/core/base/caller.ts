// Who asks: a consumer sees and touches only its own leases, an operator all of them.

import { Failure } from './failure.ts';
import type { ConsumerId } from './ids.ts';

export type Caller = { readonly consumer: ConsumerId; readonly operator: boolean };

/** Throws Forbidden for anybody but an operator. */
export function mustBeOperator({ operator }: Caller): void {
  if (!operator) throw new Failure('Forbidden', 'only operators may do this');
}
