// The passes for calls to providers: no call is sent without one.

import type { ProviderName } from '../core/base/providers.ts';
import type { CallClass } from '../core/instance/card.ts';
import type { CallResult } from '../core/instance/gate.ts';

/** The permission to send one call now. */
export type Pass = {
  /** Reports what became of the call. Never throws: a lost report costs a slower gate at most. */
  note(result: CallResult): Promise<void>;
};

export type Passes = {
  /**
   * A pass for one call, after a short wait if need be. Throws RateLimited when none is free in
   * that time. Destroy calls pass without a gate when it can't be read; others throw StoreDown.
   */
  take(provider: ProviderName, callClass: CallClass): Promise<Pass>;
};
