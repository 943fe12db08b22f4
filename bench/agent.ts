// Measures the packed node agent: the part of a provider's start script that it uses.

import { packedAgent } from '../shared/agent/packed.ts';
import { atMost, type Row } from './row.ts';

/** A provider may limit the start script to 4,096 bytes; half of it is left to the consumer. */
export async function agentRows(): Promise<readonly Row[]> {
  const value = Buffer.byteLength(packedAgent());
  return [atMost(2_000, { name: 'node-agent-bytes', value, unit: 'bytes' })];
}
