// One call from its path to its reply, in the order the provider checks: path, key, rate, then the
// deed. Faults that must leave no trace strike before the deed, the others after it.

import { strike } from '../kit/faults.ts';
import { passGate } from '../kit/gates.ts';
import { isRow, type Parsed, parseJson, type Row } from '../kit/json.ts';
import { type Incoming, type Outcome, promptly, type Reply } from '../kit/wire.ts';
import { type Caller, identify, keyOf, mayCall } from './callers.ts';
import type { Context } from './context.ts';
import * as replies from './replies.ts';
import { sentinelIn } from './routes/create.ts';
import { type Match, matchEndpoint } from './routes/table.ts';

export type World = Omit<Context, 'strike' | 'strikeAbout'>;

const slowMs = 1_000;

/** Does what was asked, once; nothing here is repeated or remembered beyond the state. */
export async function dispatch(world: World, incoming: Incoming): Promise<Outcome> {
  const { method, url } = incoming;
  const isBare = !url.pathname.endsWith('/');
  const match = matchEndpoint(method, isBare ? `${url.pathname}/` : url.pathname);
  if (match === undefined) return promptly(replies.notFound);
  // The account is one of the few paths that work without the closing slash.
  const isBareFine = match.endpoint.operation === 'balance';
  if (isBare && !isBareFine) return promptly(replies.redirect(url));
  const context = contextOf(world, incoming, match);
  const reply = refuse(context, incoming, match) ?? (await perform(context, incoming, match));
  return spoil(context, reply);
}

/** Faults are asked for in the state, and by a create request in its own environment. */
function contextOf(world: World, { url, body }: Incoming, { endpoint, ids }: Match): Context {
  const { operation } = endpoint;
  const isCreate = operation === 'create';
  const parsed = isCreate ? parseBody(body ?? '') : { problem: '' };
  const sentinel = 'value' in parsed ? sentinelIn(parsed.value) : null;
  const isAbout = url.pathname.startsWith('/api/v0/instances/');
  const instanceId = isAbout && ids[0] !== undefined ? String(ids[0]) : null;
  const call = { operation, instanceId, now: world.now, sentinel };
  const { faults } = world.state;
  return {
    ...world,
    strike: (name) => strike(faults, name, call),
    strikeAbout: (name, id) => {
      const instanceId = String(id);
      const own = faults.filter((fault) => fault.instanceId === instanceId);
      return strike(own, name, { ...call, instanceId, sentinel: null });
    },
  };
}

/** Everything that ends a call before it had an effect. */
function refuse(context: Context, incoming: Incoming, match: Match): Reply | null {
  if (incoming.body === null) return replies.tooLarge;
  const unknown = context.strike('bad-key');
  if (unknown !== undefined) return replies.keyRefused(unknown.variant);
  const { operation } = match.endpoint;
  const caller = identify(context, keyOf(incoming));
  if (caller === 'nobody' && operation !== 'search') return replies.loginRequired;
  if (caller === 'stranger') {
    return operation === 'get' ? replies.unknownKeyOnGet : replies.unknownKey;
  }
  if (!mayCall(caller, operation, match.ids[0])) return replies.outOfScope;
  return refuseForRate(context, match, caller) ?? refuseByFault(context, incoming, match);
}

function refuseForRate(context: Context, { endpoint }: Match, caller: Caller): Reply | null {
  const { state, settings, now } = context;
  const thresholdMs = endpoint.spacingMs === 0 ? 1_000 : endpoint.spacingMs;
  const fault = context.strike('rate-limit');
  if (fault !== undefined) return replies.rateLimited(state, thresholdMs, fault.variant);
  if (!settings.rateLimits || endpoint.spacingMs === 0) return null;
  const who = typeof caller === 'string' ? caller : caller.id;
  const gate = `${endpoint.method} ${endpoint.path.source} ${who}`;
  const terms = { ...endpoint, refusalRestarts: settings.refusalRestarts, now };
  return passGate(state.gates, gate, terms) ? null : replies.rateLimited(state, thresholdMs);
}

function refuseByFault(context: Context, { url }: Incoming, { ids }: Match): Reply | null {
  const { state, strike: strikes } = context;
  const failure = strikes('fail-before-effect');
  if (failure !== undefined) return replies.failed(state, failure.variant);
  const refused = strikes('refuse');
  if (refused !== undefined) return replies.createRefused(state, ids[0] ?? 0, refused.variant);
  const kept = strikes('refuse-destroy');
  if (kept !== undefined) return replies.destroyRefused(state, kept.variant);
  const later = url.searchParams.has('after_token');
  return later && strikes('partial-page') !== undefined ? replies.serverError : null;
}

async function perform(context: Context, incoming: Incoming, match: Match): Promise<Reply> {
  const body = incoming.method === 'GET' ? { value: {} } : parseBody(incoming.body ?? '');
  if ('problem' in body) return replies.badJson;
  const request = { ids: match.ids, query: incoming.url.searchParams, body: body.value };
  return await match.endpoint.run(context, request);
}

function parseBody(text: string): Parsed<Row> {
  const json = parseJson(text === '' ? '{}' : text);
  if ('problem' in json) return json;
  return isRow(json.value) ? { value: json.value } : { problem: text };
}

/** Faults after the deed; cutting and lying only make sense where something was done. */
function spoil(context: Context, reply: Reply): Outcome {
  const slow = context.strike('slow');
  const lateMs = slow === undefined ? 0 : (slow.forMs ?? slowMs);
  if (reply.status !== 200) return { reply, lateMs, dropped: false };
  if (context.strike('drop-after-effect') !== undefined) return { reply, lateMs, dropped: true };
  const lie = context.strike('error-after-effect');
  if (lie === undefined) return { reply, lateMs, dropped: false };
  return { reply: replies.failed(context.state, lie.variant ?? 0), lateMs, dropped: false };
}
