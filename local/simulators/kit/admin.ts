// The control routes of a simulator, under /_sim/, for other processes. Adapters must never call
// them. They need no key: the server listens only on loopback.

import * as z from 'zod/mini';
import type { Controls } from './controls.ts';
import { FaultSpec, InstanceId } from './faults.ts';
import { parseJson } from './json.ts';
import type { Incoming, Reply } from './wire.ts';

const ForeignBody = z.strictObject({ label: z.optional(z.nullable(z.string())) });
const InstanceBody = z.strictObject({ id: InstanceId });
const PriceBody = z.strictObject({ id: InstanceId, factor: z.number() });
const amount = z.number().check(z.nonnegative());
const TrafficBody = z.strictObject({
  id: InstanceId,
  upGb: z._default(amount, 0),
  downGb: z._default(amount, 0),
});
const RefundBody = z.strictObject({ id: InstanceId, usd: amount });
const CreditBody = z.strictObject({ usd: amount });

export function isAdminPath(path: string): boolean {
  return path.startsWith('/_sim/');
}

/** Replies to one control request: 200 with the result, 400 with the reason of a refusal. */
export function adminReply(controls: Controls, { method, url, body }: Incoming): Reply {
  const json = parseJson(body || '{}');
  if ('problem' in json) return refused('the body is not valid JSON');
  try {
    return { status: 200, body: runAction(controls, `${method} ${url.pathname}`, json.value) };
  } catch (error) {
    // The caller is another process: its errors are replies, not exceptions here.
    return refused(error instanceof Error ? error.message : String(error));
  }
}

function runAction(controls: Controls, route: string, body: unknown): unknown {
  const run = Object.hasOwn(actions, route) ? actions[route] : undefined;
  if (run === undefined) {
    throw new Error(`there is no route ${route}; routes: ${Object.keys(actions).join(', ')}`);
  }
  return run(controls, body) ?? { ok: true };
}

type Action = (controls: Controls, body: unknown) => unknown;

const actions: Readonly<Record<string, Action>> = {
  'GET /_sim/instances': (controls) => controls.instances(),
  'GET /_sim/books': (controls) => controls.books(),
  'GET /_sim/requests': (controls) => controls.requests(),
  'POST /_sim/faults': (controls, body) => controls.addFault(z.parse(FaultSpec, body)),
  'DELETE /_sim/faults': (controls) => controls.clearFaults(),
  'POST /_sim/foreign': (controls, body) => ({
    id: controls.addForeignInstance(z.parse(ForeignBody, body).label),
  }),
  'POST /_sim/vanish': (controls, body) => controls.vanish(z.parse(InstanceBody, body).id),
  'POST /_sim/interrupt': (controls, body) => controls.interrupt(z.parse(InstanceBody, body).id),
  'POST /_sim/prices': (controls, body) => {
    const { id, factor } = z.parse(PriceBody, body);
    controls.raisePrice(id, factor);
  },
  'POST /_sim/traffic': (controls, body) => controls.addTraffic(z.parse(TrafficBody, body)),
  'POST /_sim/refunds': (controls, body) => controls.refund(z.parse(RefundBody, body)),
  'POST /_sim/credit': (controls, body) => controls.addCredit(z.parse(CreditBody, body).usd),
};

function refused(message: string): Reply {
  return { status: 400, body: { error: message } };
}
