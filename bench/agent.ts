// Measures the node agent as it travels: what it takes of a provider's start script.

import { packedAgent } from '../shared/agent/packed.ts';
import { atMost, type Row } from './row.ts';

/** A market may allow 4,096 bytes for the whole start script: half is left to its consumer. */
export async function agentRows(): Promise<readonly Row[]> {
  const value = Buffer.byteLength(packedAgent());
  return [atMost(2_000, { name: 'node-agent-bytes', value, unit: 'bytes' })];
}
