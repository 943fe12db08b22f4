// Handles one call in the provider's order of checks: path, key, rate limit, then the operation.
// Faults without an effect on state apply before the operation, the others after it.

import { type Fault, takeFault } from '../kit/faults.ts';
import { passGate } from '../kit/gates.ts';
import { isRow, type Parsed, parseJson, type Row } from '../kit/json.ts';
import { type Incoming, immediate, type Outcome, type Reply } from '../kit/wire.ts';
import { type Caller, identify, keyOf, mayCall } from './callers.ts';
import type { Context } from './context.ts';
import * as replies from './replies.ts';
import { sentinelIn } from './routes/create.ts';
import { type Match, matchEndpoint } from './routes/table.ts';

export type World = Omit<Context, 'account' | 'takeFault' | 'takeInstanceFault'>;

const defaultSlowMs = 1_000;

/** Executes the call once. */
export async function dispatch(world: World, incoming: Incoming): Promise<Outcome> {
  const { method, url } = incoming;
  const isBare = !url.pathname.endsWith('/');
  const match = matchEndpoint(method, isBare ? `${url.pathname}/` : url.pathname);
  if (match === undefined) return immediate(replies.notFound);
  // The account is one of the few paths that work without the trailing slash.
  const allowsBare = match.endpoint.operation === 'balance';
  if (isBare && !allowsBare) return immediate(replies.redirect(url));
  const context = contextOf(world, incoming, match);
  const reply = refuse(context, incoming, match) ?? (await perform(context, incoming, match));
  return applyResponseFaults(context, reply);
}

/** Faults come from the state, and from the environment in a create request. */
function contextOf(world: World, { url, body }: Incoming, { endpoint, ids }: Match): Context {
  const { operation } = endpoint;
  const isCreate = operation === 'create';
  const parsed = isCreate ? parseBody(body ?? '') : { problem: '' };
  const sentinel = 'value' in parsed ? sentinelIn(parsed.value) : null;
  const namesInstance = url.pathname.startsWith('/api/v0/instances/');
  const instanceId = namesInstance && ids[0] !== undefined ? String(ids[0]) : null;
  const call = { operation, instanceId, now: world.now, sentinel };
  const { faults } = world.state;
  const take: Context['takeFault'] = (name) => takeFault(faults, name, call);
  return {
    ...world,
    account: accountOf(take('other-account')),
    takeFault: take,
    takeInstanceFault: (name, id) => {
      const instanceId = String(id);
      const own = faults.filter((fault) => fault.instanceId === instanceId);
      return takeFault(own, name, { ...call, instanceId, sentinel: null });
    },
  };
}

function accountOf(fault: Fault | undefined): Context['account'] {
  if (fault === undefined) return 'own';
  return fault.variant === 1 ? 'teammate' : 'other';
}

/** The reply of a call that is refused before it has an effect, or null. */
function refuse(context: Context, incoming: Incoming, match: Match): Reply | null {
  if (incoming.body === null) return replies.tooLarge;
  const unknown = context.takeFault('bad-key');
  if (unknown !== undefined) return replies.keyRefused(unknown.variant);
  const { operation } = match.endpoint;
  const caller = identify(context, keyOf(incoming));
  if (caller === 'anonymous' && operation !== 'search') return replies.loginRequired;
  if (caller === 'unknown') {
    return operation === 'get' ? replies.unknownKeyOnGet : replies.unknownKey;
  }
  if (!mayCall(caller, operation, match.ids[0])) return replies.outOfScope;
  const isOwn = typeof caller !== 'string';
  if (isOwn && context.takeFault('refuse-own-key') !== undefined) return replies.outOfScope;
  return refuseForRate(context, match, caller) ?? refuseByFault(context, incoming, match);
}

function refuseForRate(context: Context, { endpoint }: Match, caller: Caller): Reply | null {
  const { state, settings, now } = context;
  const absurd = context.takeFault('absurd-retry-after');
  if (absurd !== undefined) return replies.absurdRetryAfter(state, absurd.variant);
  const thresholdMs = endpoint.spacingMs === 0 ? 1_000 : endpoint.spacingMs;
  const fault = context.takeFault('rate-limit');
  if (fault !== undefined) return replies.rateLimited(state, thresholdMs, fault.variant);
  if (endpoint.spacingMs === 0) return null;
  const callerId = typeof caller === 'string' ? caller : caller.id;
  const gate = `${endpoint.method} ${endpoint.path.source} ${callerId}`;
  const terms = { ...endpoint, refusalRestarts: settings.refusalRestarts, now };
  return passGate(state.gates, gate, terms) ? null : replies.rateLimited(state, thresholdMs);
}

function refuseByFault(context: Context, incoming: Incoming, { ids }: Match): Reply | null {
  const { state, takeFault: take } = context;
  const quoted = take('quoted-key');
  if (quoted !== undefined) {
    return replies.quotedKey(state, keyOf(incoming) ?? '', quoted.variant);
  }
  const failure = take('fail-before-effect');
  if (failure !== undefined) return replies.failed(state, failure.variant);
  const refused = take('refuse');
  if (refused !== undefined) return replies.createRefused(state, ids[0] ?? 0, refused.variant);
  const kept = take('refuse-destroy');
  if (kept !== undefined) return replies.destroyRefused(state, kept.variant);
  const later = incoming.url.searchParams.has('after_token');
  return later && take('partial-page') !== undefined ? replies.serverError : null;
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

/** Faults after the operation. Dropped and wrong responses apply only to a successful call. */
function applyResponseFaults(context: Context, reply: Reply): Outcome {
  const slow = context.takeFault('slow');
  const lateMs = slow === undefined ? 0 : (slow.forMs ?? defaultSlowMs);
  if (reply.status !== 200) return { reply, lateMs, dropped: false };
  if (context.takeFault('drop-after-effect') !== undefined) return { reply, lateMs, dropped: true };
  const error = context.takeFault('error-after-effect');
  if (error === undefined) return { reply, lateMs, dropped: false };
  return { reply: replies.failed(context.state, error.variant ?? 0), lateMs, dropped: false };
}
