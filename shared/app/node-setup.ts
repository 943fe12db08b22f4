// What an instance gets of ours: the agent, and where and how it sends heartbeats.

import { createLeaseToken } from '../adapters/lease-token.ts';
import { packedAgent } from '../agent/packed.ts';
import { noContactLimit } from '../core/base/policy/instance.ts';
import { policy } from '../core/base/policy/policy.ts';
import type { NodeSetup } from '../core/instance/launch.ts';
import type { Lease } from '../core/lease/lease.ts';
import { signer } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

const nodeSeconds = (lease: Lease): string => {
  const { maxOutage, grace, lastScript } = policy.node;
  const first = noContactLimit(lease.terms.silenceLimit);
  const times = [policy.heartbeat.every, first, maxOutage, grace, lastScript];
  return times.map((ms) => ms / 1_000).join(' ');
};

/** The agent and what it needs to phone home: nothing of ours but its own lease token. */
export const nodeSetup = (runtime: Runtime) => {
  const { nodeUrl } = runtime.config;
  return (lease: Lease, attempt: number): NodeSetup => {
    if (nodeUrl === undefined) return { env: {}, agent: null };
    const token = createLeaseToken({ leaseId: lease.id, attempt }, once(runtime, signer));
    const env = {
      GPU_SHOPPER_NODE_URL: nodeUrl,
      GPU_SHOPPER_LEASE_TOKEN: token,
      GPU_SHOPPER_NODE_SECONDS: nodeSeconds(lease),
    };
    return { env, agent: packedAgent() };
  };
};
