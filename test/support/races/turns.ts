// Holds actors around each call that leaves the process (database, provider, workflow, schedule)
// until the test lets the call pass. A test can so run, and repeat, every interleaving of two
// actors. Calls are only delayed; none is replaced.

import { AsyncLocalStorage } from 'node:async_hooks';
import { database, menu } from '../../../shared/app/parts.ts';
import { once, type Runtime } from '../../../shared/app/runtime.ts';

/** What a call is sent to. */
export type Recipient = 'database' | 'provider' | 'workflow' | 'scheduler';

/** A call that leaves the process; `to` is null for a pause or a call of another function. */
export type Sent = {
  readonly name: string;
  readonly to: Recipient | null;
  readonly input?: object;
};

/** Decides when a call is sent: immediately, later or never. */
export type Around = <Answer>(sent: Sent, send: () => Promise<Answer>) => Promise<Answer>;

export type Actor = {
  /** Lets the actor pass `points` more points; returns whether it is held or has finished. */
  advance(points: number): Promise<'held' | 'finished'>;
  /** Lets the actor run to its end; its errors are ignored. */
  finish(): Promise<void>;
  /** The passed points, in order. */
  readonly trail: readonly string[];
};

const acting = new AsyncLocalStorage<Around | undefined>();

/** Runs `work`; `around` controls its outside calls. */
export const actAs = <Result>(around: Around, work: () => Result): Result =>
  acting.run(around, work);

/** Whether the current code runs in an actor. */
export const isActing = (): boolean => acting.getStore() !== undefined;

/** Runs work that an actor started but does not wait for: it is not held. */
export const unheld = <Result>(run: () => Result): Result => acting.run(undefined, run);

/** Sends a call through the current actor, if any. */
export const turn: Around = (sent, send) => {
  const around = acting.getStore();
  return around === undefined ? send() : around(sent, send);
};

/** The gate at which an actor waits, with the number of points that it may pass. */
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

/** An actor for `work`, which starts with the first `advance`. */
export function createActor(work: () => Promise<unknown>): Actor {
  let stir = (): void => undefined;
  const gate = createGate(() => stir());
  let flying = 0;
  let state: 'idle' | 'running' | 'finished' = 'idle';
  // A call is held twice: before it is sent, and before its reply is read.
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

/** Makes actors stop at provider calls. Call it before the world is created. */
export function holdWires(): void {
  if (wiresHeld) return;
  wiresHeld = true;
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (!isActing()) return fetch(input, init);
    const name = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`;
    return turn({ name, to: 'provider' }, async () => readFully(await fetch(input, init)));
  };
}

/** The reply with its complete body. */
async function readFully(reply: Response): Promise<Response> {
  const body = await reply.arrayBuffer();
  const { status, headers } = reply;
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
}

const turnOf = (operation: { readonly input: object }) => ({
  name: operation.constructor.name.replace(/Command$/, ''),
  to: 'database' as const,
  input: operation.input,
});

/** Makes actors of this runtime stop at its database, workflow engine and schedules, too. */
export function holdEngines(runtime: Runtime): void {
  const connection = once(runtime, database);
  const { call, write } = connection;
  Object.assign(connection, {
    call: (operation) => turn(turnOf(operation), () => call(operation)),
    write: (operation) => turn(turnOf(operation), () => write(operation)),
  } satisfies typeof connection);
  // Several actors share one read of the menu: holding it would hold all of them.
  const store = once(runtime, menu);
  const { current } = store;
  Object.assign(store, { current: (name) => unheld(() => current(name)) } satisfies Partial<
    typeof store
  >);
  const ports = { workflow: runtime.workflow, scheduler: runtime.scheduler };
  for (const to of ['workflow', 'scheduler'] as const) {
    for (const [name, ask] of Object.entries(ports[to] ?? {})) {
      if (name === 'close') continue;
      const held = (...given: unknown[]) => turn({ name, to }, () => ask(...given));
      Object.assign(ports[to] ?? {}, { [name]: held });
    }
  }
}
