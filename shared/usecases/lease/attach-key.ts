// Attaches the consumer's SSH key to an instance as soon as its id is known. The start script has
// the key as well, so a refusal is recorded and stops nothing.

import type { LeaseId } from '../../core/base/ids.ts';
import { commitChange } from '../../core/lease/decision.ts';
import { attemptWithoutKey, recordKey } from '../../core/lease/readiness.ts';
import { changeLease, loadLease, type Records } from '../common/change-lease.ts';
import type { Providers } from '../common/listing.ts';

export type AttachKeyPorts = Records & { readonly providers: Providers };

/**
 * Attaches the key to the instance of the current attempt, unless the provider has responded for it
 * before. Safe to repeat. Throws StoreDown, Conflict.
 */
export async function attachKey(ports: AttachKeyPorts, id: LeaseId): Promise<void> {
  const lease = await loadLease(ports, id);
  const attempt = attemptWithoutKey(lease);
  if (attempt === null) return;
  const provider = ports.providers(attempt.offer.provider);
  const answer = await provider.attachKey(attempt.instanceId, lease.terms.sshPublicKey);
  const key = { attempt: attempt.number, answer };
  await changeLease(ports, id, (current, now) =>
    commitChange(current, recordKey(current, key, now)),
  );
}
