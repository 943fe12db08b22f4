// One call from its path to its reply, in the order the provider checks: path, key, rate, then the
// deed. Faults that must leave no trace strike before the deed, the others after it.

import { type Context, placeOf, type Request, type Settings } from './context.ts';
import { type Call, type FaultName, strike } from './faults.ts';
import { isRow, parseJson, type Row } from './filters.ts';
import * as replies from './replies.ts';
import type { Reply } from './replies.ts';
import type { Instance, State } from './state.ts';
import { type Match, matchEndpoint } from './routes/table.ts';

export type Incoming = {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  /** Null when it was longer than we read. */
  readonly body: string | null;
};

/** What goes back, and how badly: late, or not at all. */
export type Outcome = {
  readonly reply: Reply;
  readonly lateMs: number;
  readonly dropped: boolean;
};

export type World = Pick<Context, 'state' | 'settings' | 'now' | 'sshPort'>;

const slowMs = 1_000;

export async function dispatch(world: World, incoming: Incoming): Promise<Outcome> {
  const { method, url } = incoming;
  const match = matchEndpoint(method, withSlash(url.pathname));
  if (match === undefined) return promptly(replies.notFound);
  const bare = !url.pathname.endsWith('/') && match.endpoint.operation !== 'balance';
  if (bare) return promptly(redirect(url));
  const instanceId = match.endpoint.operation === 'create' ? null : (match.ids[0] ?? null);
  const call: Call = { operation: match.endpoint.operation, instanceId, now: world.now };
  const context = { ...world, strike: (name: FaultName) => strike(world.state, name, call) };

  const reply = refuse(context, incoming, match) ?? (await perform(context, incoming, match));
  const slow = context.strike('slow');
  const lateMs = slow === undefined ? 0 : (slow.forMs ?? slowMs);
  return { ...spoil(context, reply), lateMs };
}
