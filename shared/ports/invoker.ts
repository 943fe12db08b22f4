// Starts functions of the deployment.

import type { TimerFunction } from '../core/base/functions.ts';

export type Invoker = {
  /**
   * Starts a function and does not wait for it. An accepted invocation can still be lost. Throws
   * ProviderDown.
   */
  invoke(name: TimerFunction, payload: object): Promise<void>;
};
