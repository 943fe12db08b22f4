// Waiting for a lease: asks how it stands with growing pauses and hands out its events in order,
// each once. It decides nothing about the lease; giving up here ends nothing there.

import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import type { Lease, LeaseEvent, LeaseState } from './replies.ts';
import type { Sleep } from './transport.ts';

export type WaitOptions = {
  /** Gives up after that long with a TimeoutError; without it, as long as the lease takes. */
  readonly timeoutMs?: number | undefined;
  /** Called with each event of the lease, in order, those before the wait included. */
  readonly onEvent?: ((event: LeaseEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

type Waiting = {
  readonly readLease: (id: string, call: CallOptions) => Promise<Lease>;
  readonly readEvents: (id: string, call: EventOptions) => Promise<Reply<'readEvents'>>;
  readonly sleep: Sleep;
};
type CallOptions = { readonly signal?: AbortSignal | undefined };
type EventOptions = CallOptions & { readonly cursor?: string | undefined };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const GROWTH = 1.5;

/** In the order a lease passes them; a retired attempt leads back from booting to launching. */
const STATES: readonly LeaseState[] = [
  'requested',
  'launching',
  'booting',
  'active',
  'ending',
  'ended',
];

const hasReached = (lease: Lease, state: LeaseState): boolean =>
  STATES.indexOf(lease.state) >= STATES.indexOf(state);

const NEVER = new AbortController().signal;

function limitOf({ signal = NEVER, timeoutMs }: WaitOptions): AbortSignal {
  if (timeoutMs === undefined) return signal;
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}

/** Hands out what is new; each call resolves with how many events that were. */
function createFollower(waiting: Waiting, id: string, onEvent: (event: LeaseEvent) => void) {
  let cursor: string | undefined;
  return async (signal: AbortSignal): Promise<number> => {
    for (let count = 0; ; ) {
      const { events, nextCursor } = await waiting.readEvents(id, { cursor, signal });
      cursor = nextCursor ?? cursor;
      for (const event of events) onEvent(event);
      count += events.length;
      // A page may be full: only an empty one is the last.
      if (events.length === 0) return count;
    }
  };
}

/**
 * Makes `waitFor`. It resolves with the lease once it has reached `state` or gone past it: a lease
 * that ends while you wait for `active` comes back as `ending`, so look at its state. Rejects with
 * ApiProblem, TimeoutError or the signal's reason.
 */
export function createWait(waiting: Waiting) {
  return async (id: string, state: LeaseState, options: WaitOptions = {}): Promise<Lease> => {
    const { onEvent } = options;
    const signal = limitOf(options);
    const follow = onEvent === undefined ? null : createFollower(waiting, id, onEvent);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * GROWTH)) {
      // First the lease, then its events: the event that led to `state` is among them.
      const lease = await waiting.readLease(id, { signal });
      const news = follow === null ? 0 : await follow(signal);
      if (hasReached(lease, state)) return lease;
      if (news > 0) pause = FIRST_PAUSE_MS;
      await waiting.sleep(pause, signal);
    }
  };
}
