// The agents of simulated instances over HTTP, against a loopback server that stands in for both
// the simulator and the service.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNodes } from '../../local/nodes.ts';
import { createScaledClock } from '../../local/workflow/clock.ts';
import { eventually } from '../support/worlds/start.ts';

type Heartbeat = { readonly token: string | undefined; readonly facts: unknown };

let server: Server;
let url: string;
let heartbeats: Heartbeat[];
let listed: object[];
/** The service's replies to the next heartbeats; the last one is repeated. */
let answers: { status: number; body: object }[];
let stop = (): void => undefined;

beforeEach(async () => {
  [heartbeats, listed] = [[], []];
  answers = [{ status: 200, body: { carryOn: true } }];
  server = createServer(async (request, response) => {
    if (request.url === '/_sim/instances') return response.end(JSON.stringify(listed));
    const { facts } = JSON.parse(await text(request));
    heartbeats.push({ token: request.headers.authorization, facts });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return response.writeHead(answer?.status ?? 500).end(JSON.stringify(answer?.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterEach(() => {
  stop();
  server.closeAllConnections();
  server.close();
});

/** One heartbeat every 12 ms. */
const run = (): void => {
  const clock = createScaledClock(5_000, { unref: true });
  stop = runNodes({ simulatorUrl: url, clock, listEveryMs: 5 });
};
const instance = (up: boolean) => ({
  id: '1',
  up,
  sshHostKey: 'ssh-ed25519 AAAA',
  gpuName: 'RTX 4090',
  gpuCount: 2,
  env: { GPU_SHOPPER_NODE_URL: `${url}/node`, GPU_SHOPPER_LEASE_TOKEN: 'a-token' },
});
const FACTS = { sshHostKey: 'ssh-ed25519 AAAA', gpuName: 'RTX 4090', gpuCount: 2, driver: null };
const untilHeartbeats = (times: number) =>
  eventually(`${times} heartbeats`, async () => (heartbeats.length >= times ? true : null));

describe('an instance', () => {
  it('sends its facts when it is up, then heartbeats without facts', async () => {
    listed = [instance(false)];
    run();
    listed = [instance(true)];
    await untilHeartbeats(3);
    expect(heartbeats.slice(0, 3)).toEqual([
      { token: 'Bearer a-token', facts: FACTS },
      { token: 'Bearer a-token', facts: null },
      { token: 'Bearer a-token', facts: null },
    ]);
  });

  it('sends its facts again until the service acknowledges them', async () => {
    answers.unshift({ status: 503, body: {} });
    listed = [instance(true)];
    run();
    await untilHeartbeats(3);
    expect(heartbeats.map(({ facts }) => facts).slice(0, 3)).toEqual([FACTS, FACTS, null]);
  });

  it.each([
    ['the reply says so', { status: 200, body: { carryOn: false } }],
    ['its token is refused', { status: 403, body: {} }],
  ])('stops when %s', async (_, answer) => {
    answers = [answer];
    listed = [instance(true), { ...instance(true), id: '2' }];
    run();
    await untilHeartbeats(2);
    answers = [{ status: 200, body: { carryOn: true } }];
    listed = [...listed, { ...instance(true), id: '3' }];
    await untilHeartbeats(6);
    // The third instance alone has sent a heartbeat since.
    expect(heartbeats.filter(({ facts }) => facts !== null)).toHaveLength(3);
  });

  it('sends no heartbeats while down, and sends its facts when it is up again', async () => {
    listed = [instance(true)];
    run();
    await untilHeartbeats(2);
    listed = [instance(false)];
    await eventually('silence', async () => {
      const before = heartbeats.length;
      await new Promise((resolve) => setTimeout(resolve, 40));
      return heartbeats.length === before ? true : null;
    });
    const before = heartbeats.length;
    listed = [instance(true)];
    await untilHeartbeats(before + 1);
    expect(heartbeats[before]?.facts).toEqual(FACTS);
  });

  it('of another customer, without our environment, runs no agent', async () => {
    listed = [
      { ...instance(true), env: {} },
      { ...instance(true), id: '2' },
    ];
    run();
    await untilHeartbeats(3);
    expect(heartbeats.filter(({ facts }) => facts !== null)).toHaveLength(1);
  });
});
