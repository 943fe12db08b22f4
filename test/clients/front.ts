// The real service behind its real HTTP front, in time that runs faster than life: what the client
// and the command line meet on a person's machine, but for the child processes.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { OPERATOR, openCredentials } from '../../local/aws/credentials.ts';
import { serveHttp } from '../../local/aws/http-front.ts';
import { createVerifier } from '../../local/aws/sigv4.ts';
import { createWorld, type World } from '../../local/demo/world.ts';
import { createScaledClock } from '../../local/workflow/clock.ts';
import { strictly } from '../support/strict-replies.ts';

export type Front = { readonly url: string; readonly world: World };

/** Serves until the test is over. The credentials file is made in `folder`, as `npm start` does. */
export async function startFront(folder: string, timeScale: number): Promise<Front> {
  const clock = createScaledClock(timeScale, { unref: true });
  const env = { GPU_SHOPPER_OPERATORS: OPERATOR };
  const market = { offers: 60 };
  const world = await createWorld({ clock, seed: 7, env, market, around: strictly() });
  const keys = await openCredentials(join(folder, 'credentials'));
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front = serveHttp(server, {
    verify: createVerifier({
      region: 'us-east-1',
      service: 'execute-api',
      keyNamed: (id) => keys.get(id),
      now: Date.now,
    }),
    answer: world.service.answer,
    log: () => undefined,
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await front.close();
    await world.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, world };
}
