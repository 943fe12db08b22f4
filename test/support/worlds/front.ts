// A service in memory behind its real HTTP front, on a loopback port, with keys that tests know.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type FrontOptions, serveHttp } from '../../../local/aws/http-front.ts';
import { createVerifier } from '../../../local/aws/sigv4.ts';
import { createWorld } from '../../../local/demo/world.ts';
import { createVirtualClock } from '../../../local/workflow/clock.ts';
import type { LogLine } from '../../../shared/app/runtime.ts';
import type { Keys } from '../signing.ts';
import { strictly } from '../strict-replies.ts';

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

/** Serves with whatever answers; `lines` is the log. */
export async function openFront(answer: FrontOptions['answer']) {
  const lines: LogLine[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const verify = createVerifier({
    region: 'us-east-1',
    service: 'execute-api',
    keyNamed: (id) => KEYS.get(id),
    now: Date.now,
  });
  const { close } = serveHttp(server, { verify, answer, log: (line) => lines.push(line) });
  return { url: `http://127.0.0.1:${port}`, port, lines, close };
}

/** The whole service, its menu read, at an instant that stands still. */
export async function openFrontedWorld() {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21, 12));
  const pause = async (): Promise<void> => undefined;
  const market = { offers: 60 };
  const world = await createWorld({ clock, seed: 7, market, pause, around: strictly() });
  const front = await openFront(world.service.answer);
  const close = async (): Promise<void> => {
    await front.close();
    await world.close();
  };
  return { ...front, world, close };
}
