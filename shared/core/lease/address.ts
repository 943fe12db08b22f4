// The SSH endpoints of an active lease follow the newest complete listing of its provider.

import type { EpochMs } from '../base/time.ts';
import type { SshEndpoint } from '../instance/instance.ts';
import { currentAttempt, type Lease, type LeaseIn } from './lease.ts';
import { addEvent } from './lease-moves.ts';

const inWords = (ssh: readonly SshEndpoint[]): string =>
  ssh.map(({ host, port, user }) => `${user}@${host}:${port}`).join(', ');

/** Whether the listing shows other endpoints. One that shows none says nothing. */
export const hasOtherAddress = (
  { ssh: known }: LeaseIn<'active'>,
  shown: readonly SshEndpoint[],
): boolean => shown.length > 0 && inWords(shown) !== inWords(known);

/** The lease with the shown endpoints of its instance; null when nothing changes. */
export function recordAddress(
  lease: Lease,
  { attempt, ssh }: { readonly attempt: number; readonly ssh: readonly SshEndpoint[] },
  now: EpochMs,
): LeaseIn<'active'> | null {
  if (lease.state !== 'active' || currentAttempt(lease)?.number !== attempt) return null;
  if (!hasOtherAddress(lease, ssh)) return null;
  const reason = `the SSH address of the instance is now ${inWords(ssh)}`;
  return addEvent({ ...lease, ssh: [...ssh] }, { type: 'address-changed', reason }, now);
}
