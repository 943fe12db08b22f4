// Where a lease stands in a queue: by the tickets that are drawn and that have had their turn.
// Nothing is counted down, so that lost and repeated messages heal with the next turn.

import type { ProviderName } from '../base/providers.ts';
import { between, type DurationMs, type EpochMs, latest, times, total } from '../base/time.ts';
import type { ProviderCard } from '../instance/card.ts';
import { limitFor } from '../instance/card.ts';
import { type Gate, stepOf } from '../instance/gate.ts';
import type { Lease } from './lease.ts';
import { sendsOf } from './park.ts';
import type { Tickets } from './work.ts';

/** A place in a queue, and about how long it takes until the turn. */
export type QueuePlace = {
  readonly provider: ProviderName;
  readonly position: number;
  readonly forecast: DurationMs;
};

const positionOf = (ticket: number, { head }: Tickets): number => Math.max(1, ticket - head);

/** The group in which the lease waits with a ticket; null when it waits in none. */
export function waitingIn(
  lease: Lease,
  cardOf: (provider: ProviderName) => ProviderCard,
): { readonly group: string; readonly ticket: number; readonly provider: ProviderName } | null {
  const { work } = lease;
  if (work === null || work.outcome !== null || work.ticket === null) return null;
  const [first] = sendsOf(lease, cardOf);
  if (first === undefined) return null;
  const { group, provider } = first;
  return { group, provider, ticket: work.ticket };
}

type Pace = { readonly gate: Gate; readonly card: ProviderCard };

/** The place of a ticket. The forecast holds while nobody else uses the account. */
export function placeOf(
  { ticket, provider }: { readonly ticket: number; readonly provider: ProviderName },
  { tickets, gate, card }: Pace & { readonly tickets: Tickets },
  now: EpochMs,
): QueuePlace {
  const position = positionOf(ticket, tickets);
  const block = between(now, latest(now, gate.blockedUntil));
  const step = stepOf(limitFor(card, 'launch'), gate);
  return { provider, position, forecast: total(times(step, position), block) };
}
