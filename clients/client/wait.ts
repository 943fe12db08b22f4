// Waits for a lease: reads it with growing pauses and passes its events on, in order and each once.
// It never changes the lease: a wait that times out doesn't end it.

import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import type { Lease, LeaseEvent, LeaseState } from './replies.ts';
import type { Sleep } from './transport.ts';

export type WaitOptions = {
  /** Rejects with a TimeoutError after this time; without it, the wait has no limit. */
  readonly timeoutMs?: number | undefined;
  /** Called with each event of the lease in order, including those before the wait. */
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

/** In the order of a lease's life; a retired attempt leads back from booting to launching. */
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

/** Passes new events on; each call resolves with their number. */
function createFollower(waiting: Waiting, id: string, onEvent: (event: LeaseEvent) => void) {
  let cursor: string | undefined;
  return async (signal: AbortSignal): Promise<number> => {
    for (let count = 0; ; ) {
      const { events, nextCursor } = await waiting.readEvents(id, { cursor, signal });
      cursor = nextCursor ?? cursor;
      for (const event of events) onEvent(event);
      count += events.length;
      // A page may be full: only an empty page is the last one.
      if (events.length === 0) return count;
    }
  };
}

/**
 * Makes `waitFor`. It resolves with the lease when it has reached `state` or a later state: a lease
 * that ends while you wait for `active` is returned as `ending`, so check its state. Rejects with
 * ApiProblem, TimeoutError or the signal's reason.
 */
export function createWait(waiting: Waiting) {
  return async (id: string, state: LeaseState, options: WaitOptions = {}): Promise<Lease> => {
    const { onEvent } = options;
    const signal = limitOf(options);
    const follow = onEvent === undefined ? null : createFollower(waiting, id, onEvent);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * GROWTH)) {
      // Read the lease before its events, so that they include the event that led to `state`.
      const lease = await waiting.readLease(id, { signal });
      const news = follow === null ? 0 : await follow(signal);
      if (hasReached(lease, state)) return lease;
      if (news > 0) pause = FIRST_PAUSE_MS;
      await waiting.sleep(pause, signal);
    }
  };
}
