// Where a lease stands in a queue: by the tickets that are drawn and that have had their turn.
// Nothing is counted down, so that lost and repeated messages heal with the next turn.

import type { ProviderName } from '../base/providers.ts';
import { between, type DurationMs, type EpochMs, latest, times, total } from '../base/time.ts';
import { limitFor, type ProviderCard } from '../instance/card.ts';
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

type CardOf = (provider: ProviderName) => ProviderCard;

/** A ticket, and the group of messages that it is of. */
export type HeldTicket = {
  readonly group: string;
  readonly ticket: number;
  readonly provider: ProviderName;
};

/** The ticket of the lease's work, also when the work is done; null without one. */
export function ticketOf(lease: Lease, cardOf: CardOf): HeldTicket | null {
  const ticket = lease.work?.ticket ?? null;
  const [first] = sendsOf(lease, cardOf);
  if (ticket === null || first === undefined) return null;
  return { group: first.group, provider: first.provider, ticket };
}

/** The same while the lease waits; null when it waits with no ticket. */
export const waitingIn = (lease: Lease, cardOf: CardOf): HeldTicket | null =>
  lease.work?.outcome === null ? ticketOf(lease, cardOf) : null;

type Pace = { readonly gate: Gate; readonly card: ProviderCard };

/** The place of a ticket. The forecast holds while nobody else uses the account. */
export function placeOf(
  { ticket, provider }: HeldTicket,
  { tickets, gate, card }: Pace & { readonly tickets: Tickets },
  now: EpochMs,
): QueuePlace {
  const position = positionOf(ticket, tickets);
  const block = between(now, latest(now, gate.blockedUntil));
  const step = stepOf(limitFor(card, 'launch'), gate);
  return { provider, position, forecast: total(times(step, position), block) };
}
