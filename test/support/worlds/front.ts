// A service in memory behind its real HTTP front, on a loopback port: at a fixed instant, or in
// scaled time, for tests of clients and the command line.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { OPERATOR, openCredentials } from '../../../local/aws/credentials.ts';
import { type FrontOptions, serveHttp } from '../../../local/aws/http-front.ts';
import { createVerifier } from '../../../local/aws/sigv4.ts';
import { createWorld, type World } from '../../../local/demo/world.ts';
import { createScaledClock, createVirtualClock } from '../../../local/workflow/clock.ts';
import type { LogLine } from '../../../shared/ports/log.ts';
import type { Keys } from '../signing.ts';
import { strictly } from '../strict-replies.ts';
import { START } from './virtual-time.ts';

export const LASTING: Keys = {
  accessKeyId: 'AKIALASTING',
  secretAccessKey: 'a-secret-that-stays',
};
export const TEMPORARY: Keys = {
  accessKeyId: 'ASIATEMPORARY',
  secretAccessKey: 'a-secret-that-passes',
  sessionToken: 'a/token+with=signs',
};
const KEYS = new Map(
  [LASTING, TEMPORARY].map((key) => [
    key.accessKeyId,
    { sessionToken: null, ...key, userArn: 'arn:aws:iam::000000000000:user/you' },
  ]),
);

type KeyNamed = Parameters<typeof createVerifier>[0]['keyNamed'];

/** Serves `answer`. The keys are LASTING and TEMPORARY by default; `lines` is the log. */
export async function openFront(
  answer: FrontOptions['answer'],
  keyNamed: KeyNamed = (id) => KEYS.get(id),
) {
  const lines: LogLine[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const [region, service] = ['us-east-1', 'execute-api'];
  const verify = createVerifier({ region, service, keyNamed, now: Date.now });
  const { close } = serveHttp(server, { verify, answer, log: (line) => lines.push(line) });
  const cut = (): void => server.closeAllConnections();
  return { url: `http://127.0.0.1:${port}`, port, lines, close, cut };
}

/** A small market, and strictly parsed replies. */
const SMALL_WORLD = { seed: 7, market: { offers: 60 }, around: strictly() };

/** The whole service with a refreshed menu, at a fixed instant. */
export async function openFrontedWorld() {
  const clock = createVirtualClock(START);
  const pause = (ms: number) => clock.advanceTo(clock.now() + ms);
  const world = await createWorld({ ...SMALL_WORLD, clock, pause });
  const front = await openFront(world.service.answer);
  const close = async (): Promise<void> => {
    await front.close();
    await world.close();
  };
  return { ...front, world, close };
}

export type Front = { readonly url: string; readonly world: World };

/**
 * The whole service in scaled time until the end of the test. The credentials file is in `folder`,
 * as with `npm start`.
 */
export async function startFront(folder: string, timeScale: number): Promise<Front> {
  const clock = createScaledClock(timeScale, { unref: true });
  const env = { GPU_SHOPPER_OPERATORS: OPERATOR };
  const world = await createWorld({ ...SMALL_WORLD, clock, env });
  const keys = await openCredentials(join(folder, 'credentials'));
  const { url, cut, close } = await openFront(world.service.answer, (id) => keys.get(id));
  onTestFinished(async () => {
    cut();
    await close();
    await world.close();
  });
  return { url, world };
}
