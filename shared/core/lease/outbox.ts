// The outbox of a lease: events and entries committed with the lease and not applied yet.

import type { EpochMs } from '../base/time.ts';
import type { Hold, HoldPart } from '../ledger/account.ts';
import type { Lease, LeaseEvent } from './lease.ts';
import { chargesByMonth } from './settlement.ts';

export const hasOutbox = ({ outbox }: Lease): boolean =>
  outbox.events.length > 0 || outbox.entries.length > 0;

/** The change that the account makes to the lease's hold. */
export type HoldChange =
  | { readonly kind: 'settle'; readonly placedAt: EpochMs; readonly charges: readonly HoldPart[] }
  | { readonly kind: 'reprice'; readonly to: Hold }
  | { readonly kind: 'grow'; readonly to: Hold };

/** The change of the account's hold that the outbox requires; null when it requires none. */
export function holdChangeOf(lease: Lease): HoldChange | null {
  if (lease.state === 'ended') {
    return { kind: 'settle', placedAt: lease.hold.placedAt, charges: chargesByMonth(lease) };
  }
  const { hold, outbox } = lease;
  const kinds = outbox.entries.map(({ kind }) => kind);
  if (kinds.includes('hold-released')) return { kind: 'reprice', to: hold };
  return kinds.includes('overrun') ? { kind: 'grow', to: hold } : null;
}

/**
 * A page of the event log after `afterSeq`, with the pending events that follow it without a gap.
 * The log can lag behind the lease by a whole page.
 */
export function withPendingEvents(
  logged: readonly LeaseEvent[],
  { outbox }: Lease,
  afterSeq: number,
): readonly LeaseEvent[] {
  const last = logged.at(-1)?.seq ?? afterSeq;
  const pending = outbox.events.filter(({ seq }) => seq > last);
  return pending[0]?.seq === last + 1 ? [...logged, ...pending] : logged;
}
