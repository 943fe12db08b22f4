// A simulator on loopback with a clock that only tests move, and calls as a client makes them. It
// must use only HTTP and the simulator's controls.

import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { matchEndpoint } from '../../../../local/simulators/vastai/routes/table.ts';
import {
  createSimulator,
  type VastaiOptions,
} from '../../../../local/simulators/vastai/simulator.ts';

export const KEY = 'key-of-the-test';
/** 2026-06-08 00:00 UTC: the hours of a test stay within one day. */
export const START = Date.UTC(2026, 5, 8);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Json = Record<string, unknown>;
export type Answer = { status: number; text: string; json: Json; headers: Headers };
type Options = Partial<Omit<VastaiOptions, 'now'>> & { readonly spaced?: boolean };

/** A running simulator that is closed when the test ends. */
export async function startMarket({ spaced = true, ...options }: Options = {}) {
  let now = START;
  const simulator = createSimulator({
    ...{ keys: { apiKey: KEY }, ...options },
    now: () => now,
  });
  const address = await simulator.listen();
  onTestFinished(() => simulator.close());

  const nextAt = new Map<object, number>();

  /** Lets time pass until the endpoint accepts a call. */
  function space(method: string, path: string): void {
    const { endpoint } = matchEndpoint(method, path.split('?')[0] ?? '') ?? {};
    if (endpoint === undefined) return;
    now = Math.max(now, nextAt.get(endpoint) ?? now);
    nextAt.set(endpoint, now + endpoint.spacingMs);
  }

  /** One request with the account's key, or with other headers; at once if `spaced` is false. */
  async function call(line: string, body?: unknown, headers?: Record<string, string>) {
    const [method = '', path = ''] = line.split(' ');
    if (spaced && headers === undefined) space(method, path);
    const response = await fetch(`${address}${path}`, {
      method,
      headers: headers ?? { authorization: `Bearer ${KEY}` },
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type') === 'application/json';
    const answer = { status: response.status, text, headers: response.headers };
    return { ...answer, json: json ? asRow(JSON.parse(text)) : {} };
  }

  return { simulator, address, call, pass: (ms: number) => (now += ms), now: () => now };
}

export type TestMarket = Awaited<ReturnType<typeof startMarket>>;

/** The offers of a search; of all offers by default. */
export async function offersOf({ call }: TestMarket, body: Json = {}): Promise<Json[]> {
  return asRows((await call('POST /api/v0/bundles/', body)).json.offers);
}

/** The cheapest single GPU with a port for direct SSH. */
export async function someOffer(market: TestMarket): Promise<Json> {
  const filter = { num_gpus: { eq: 1 }, direct_port_count: { gte: 1 } };
  const [offer] = await offersOf(market, { ...filter, order: [['dph_total', 'asc']] });
  return asRow(offer);
}

const spec = { image: 'nvidia/cuda:12', disk: 20, label: 'ours', runtype: 'ssh_direc ssh_proxy' };

/** Rents an offer, any offer by default; returns the reply. */
export async function create(market: TestMarket, body: Json = {}, offerId?: number) {
  const id = offerId ?? numberOf((await someOffer(market)).id);
  return await market.call(`PUT /api/v0/asks/${id}/`, { ...spec, ...body });
}

/** Creates an instance and waits a minute, until it has booted and is listed; returns its id. */
export async function createUp(market: TestMarket, body: Json = {}): Promise<number> {
  const reply = await create(market, body);
  market.pass(MINUTE);
  return numberOf(reply.json.new_contract);
}

export async function get({ call }: TestMarket, id: number): Promise<Json | null> {
  const { instances } = (await call(`GET /api/v0/instances/${id}/`)).json;
  return instances === null ? null : asRow(instances);
}

export async function destroy({ call }: TestMarket, id: number): Promise<Answer> {
  return await call(`DELETE /api/v0/instances/${id}/`);
}

export async function listedIds({ call }: TestMarket): Promise<unknown[]> {
  return asRows((await call('GET /api/v1/instances/')).json.instances).map(({ id }) => id);
}

export async function creditOf({ call }: TestMarket): Promise<number> {
  return numberOf((await call('GET /api/v0/users/current/')).json.credit);
}

/** The charges on the UTC days of two instants. */
export async function chargesOf({ call }: TestMarket, from: number, to: number) {
  const day = { gte: Math.floor(from / DAY) * (DAY / 1000), lte: to / 1000 };
  const select_filters = { day, type: { in: ['instance'] } };
  return (await call(`GET /api/v0/charges/?${query({ select_filters, limit: 500 })}`)).json;
}

export function query(parameters: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return search.toString();
}

/** The first data that a port sends; rejects when nothing listens. */
export function greeting(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
}

/** The port for direct SSH in an instance's row. */
export function directPort(row: Json | null): number {
  const [mapping] = asRows(asRow(row?.ports)['22/tcp']);
  return Number(mapping?.HostPort);
}

export function asRow(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${value}`);
  return Object.fromEntries(Object.entries(value));
}

export function asRows(value: unknown): Json[] {
  if (!Array.isArray(value)) throw new Error(`not an array: ${value}`);
  return value.map(asRow);
}

export function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`not a number: ${value}`);
  return value;
}
