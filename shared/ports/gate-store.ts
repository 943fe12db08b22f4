// Stores the gates of providers' limits. Each write is one conditional write of one item. All may
// throw StoreDown; every method is safe to repeat.

import type { ProviderName } from '../core/base/providers.ts';
import type { Gate } from '../core/instance/gate.ts';

export type GateStore = {
  /** A consistent read; null before the first pass. */
  get(provider: ProviderName, limit: string): Promise<Gate | null>;
  /** Replaces version `gate.version - 1`; `conflict` when the stored version differs. */
  commit(gate: Gate): Promise<'committed' | 'conflict'>;
};
