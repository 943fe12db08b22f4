// Runs in a lease world: requested through the API, and followed to their end.

import { randomUUID } from 'node:crypto';
import type { Run } from '../../../clients/client/replies.ts';
import { type LeaseWorld, OPERATOR } from './lease.ts';

type RunRoute = 'sweepProvider' | 'reconcileCharges' | 'verifyLedger';
type Request = { readonly key?: string; readonly body?: object; readonly userArn?: string };

/** Requests a run; the reply may be a refusal. */
export const requestRun = (world: LeaseWorld, route: RunRoute, request: Request = {}) => {
  const { key = randomUUID(), body = {}, userArn = OPERATOR } = request;
  return world.ask(route, { userArn, headers: { 'idempotency-key': key }, body });
};

export async function readRun(world: LeaseWorld, id: string): Promise<Run> {
  const { body } = await world.ask('readRun', { userArn: OPERATOR, params: { id } });
  return body as Run;
}

/** Requests a run and waits for its end. */
export async function endedRun(world: LeaseWorld, route: RunRoute, body = {}): Promise<Run> {
  const reply = await requestRun(world, route, { body });
  if (reply.status !== 202) throw new Error(JSON.stringify(reply.body));
  const { id } = reply.body as Run;
  await world.until(async () => ['done', 'failed'].includes((await readRun(world, id)).state));
  return readRun(world, id);
}
