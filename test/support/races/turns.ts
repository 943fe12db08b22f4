// Takes turns: whoever runs as an actor is held around each call that leaves the process (database,
// provider, workflow, schedule), until the test lets it pass. So every interleaving of two actors
// can be played, and the same one again. Only real calls are held; none is ever replaced.

import { AsyncLocalStorage } from 'node:async_hooks';
import { database, menu } from '../../../shared/app/parts.ts';
import { once, type Runtime } from '../../../shared/app/runtime.ts';

/** A call that leaves the process: what it is called, and what the database is given. */
export type Sent = { readonly name: string; readonly input?: object };

/** What becomes of the calls of whoever runs within: sent at once, later, or never. */
export type Around = <Answer>(sent: Sent, send: () => Promise<Answer>) => Promise<Answer>;

export type Actor = {
  /** Lets it pass so many points more; says whether it is held at the next or has finished. */
  advance(points: number): Promise<'held' | 'finished'>;
  /** Lets it run to its end; what it throws is its own business. */
  finish(): Promise<void>;
  /** The points it passed, in order. */
  readonly trail: readonly string[];
};

const acting = new AsyncLocalStorage<Around | undefined>();

/** Runs `work` with its outside calls in the hands of `around`. */
export const actAs = <Result>(around: Around, work: () => Result): Result =>
  acting.run(around, work);

/** Whether the present call is an actor's. */
export const isActing = (): boolean => acting.getStore() !== undefined;

/** Runs what an actor only set off: it is not held. */
export const unheld = <Result>(run: () => Result): Result => acting.run(undefined, run);

/** A call that leaves the process, by whoever is acting. */
export const turn: Around = (sent, send) => {
  const around = acting.getStore();
  return around === undefined ? send() : around(sent, send);
};

/** What an actor waits at, and for how many points it may pass. */
function createGate(stirred: () => void) {
  const waiting: { readonly name: string; readonly pass: () => void }[] = [];
  const trail: string[] = [];
  let permits = 0;
  const admit = (): void => {
    while (permits > 0) {
      const next = waiting.shift();
      if (next === undefined) return;
      permits -= 1;
      trail.push(next.name);
      next.pass();
    }
  };
  return {
    trail,
    isHeld: () => waiting.length > 0,
    allow(points: number): void {
      permits += points;
      admit();
    },
    pass: (name: string): Promise<void> =>
      new Promise((pass) => {
        waiting.push({ name, pass });
        admit();
        stirred();
      }),
  };
}

/** An actor that does `work` once it is first let on; nothing of it runs before. */
export function createActor(work: () => Promise<unknown>): Actor {
  let stir = (): void => undefined;
  const gate = createGate(() => stir());
  let flying = 0;
  let state: 'idle' | 'running' | 'finished' = 'idle';
  // Held twice: before it is sent, and before its answer is read.
  const around: Around = async ({ name }, send) => {
    await gate.pass(`before ${name}`);
    flying += 1;
    const [answer] = await Promise.allSettled([send()]);
    flying -= 1;
    await gate.pass(`after ${name}`);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  };
  const start = (): void => {
    state = 'running';
    const end = (): void => {
      state = 'finished';
      stir();
    };
    void actAs(around, work).then(end, end);
  };
  const advance = async (points: number): Promise<'held' | 'finished'> => {
    if (state === 'idle') start();
    gate.allow(points);
    for (;;) {
      if (state === 'finished') return 'finished';
      if (gate.isHeld() && flying === 0) return 'held';
      await new Promise<void>((resolve) => {
        stir = resolve;
      });
    }
  };
  return {
    advance,
    finish: async () => void (await advance(Number.POSITIVE_INFINITY)),
    trail: gate.trail,
  };
}

let wiresHeld = false;

/** Lets actors be held at providers. Call it before the world is made. */
export function holdWires(): void {
  if (wiresHeld) return;
  wiresHeld = true;
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (!isActing()) return fetch(input, init);
    const name = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`;
    return turn({ name }, async () => wholly(await fetch(input, init)));
  };
}

/** The reply with its body read: nothing of it may come later. */
async function wholly(reply: Response): Promise<Response> {
  const body = await reply.arrayBuffer();
  const { status, headers } = reply;
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
}

const turnOf = (operation: { readonly input: object }) => ({
  name: operation.constructor.name.replace(/Command$/, ''),
  input: operation.input,
});

/** Lets actors of this runtime be held at its database, its engine and its schedules too. */
export function holdEngines(runtime: Runtime): void {
  const connection = once(runtime, database);
  const { call, write } = connection;
  Object.assign(connection, {
    call: (operation) => turn(turnOf(operation), () => call(operation)),
    write: (operation) => turn(turnOf(operation), () => write(operation)),
  } satisfies typeof connection);
  // A crowd shares one read of the menu, so it is nobody's own: holding it would hold them all.
  const store = once(runtime, menu);
  const { current } = store;
  Object.assign(store, { current: (name) => unheld(() => current(name)) } satisfies Partial<
    typeof store
  >);
  for (const port of [runtime.workflow, runtime.scheduler]) {
    for (const [name, ask] of Object.entries(port ?? {})) {
      if (name === 'close') continue;
      const held = (...given: unknown[]) => turn({ name }, () => ask(...given));
      Object.assign(port ?? {}, { [name]: held });
    }
  }
}
