// Calls the public route of heartbeats over HTTP, as a rented instance does.

import { Failure } from '../core/base/failure.ts';
import { policy } from '../core/base/policy/policy.ts';
import type { HeartbeatRoute } from '../ports/heartbeat-route.ts';

/** The status of the reply. Throws ProviderDown when there is none in time. */
async function statusOf(url: string, token: string, body: object): Promise<number> {
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(policy.ingest.timeout),
    });
    await reply.body?.cancel();
    return reply.status;
  } catch (cause) {
    throw new Failure('ProviderDown', 'the route of heartbeats does not reply', { cause });
  }
}

/** The route at `url`. */
export const createHeartbeatRoute = (url: string): HeartbeatRoute => ({
  post: async (token, body) => {
    const status = await statusOf(url, token, body);
    if (status !== 200) {
      throw new Failure('ProviderDown', `the route of heartbeats replied ${status}`);
    }
  },
});
