// Outages of the services that ours depends on: until an outage ends, each call to its service
// fails without effect, with the error that the caller of a service in an outage gets.

import { Failure } from '../../../shared/core/base/failure.ts';
import type { Recipient } from '../races/turns.ts';

const ERRORS: Readonly<Record<Recipient, () => Error>> = {
  database: () => new Failure('StoreDown', 'DynamoDB: ECONNREFUSED'),
  workflow: () => new Failure('ProviderDown', 'Step Functions: ECONNREFUSED'),
  scheduler: () => new Failure('ProviderDown', 'EventBridge Scheduler: ECONNREFUSED'),
  provider: () => new TypeError('fetch failed'),
};

export function createOutages(now: () => number) {
  const ends = new Map<Recipient, number>();
  return {
    /** Every call to `recipient` fails for `forMs`, or until an earlier outage ends. */
    start(recipient: Recipient, forMs: number): void {
      ends.set(recipient, Math.max(ends.get(recipient) ?? 0, now() + forMs));
    },
    stopAll: (): void => ends.clear(),
    /** The error of a call to `recipient`; null outside an outage. */
    errorOf: (recipient: Recipient | null): Error | null =>
      recipient !== null && now() < (ends.get(recipient) ?? 0) ? ERRORS[recipient]() : null,
  };
}
