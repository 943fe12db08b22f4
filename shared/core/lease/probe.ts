// Readiness of an instance that has no endpoint to call: an SSH server answers at an address from
// its provider.

import { between, type EpochMs } from '../base/time.ts';
import type { AttemptIn } from '../instance/attempt.ts';
import type { ProviderCard } from '../instance/card.ts';
import { isHalted, type ReportedInstance, type SshEndpoint } from '../instance/instance.ts';
import { detour, done, type StepOutcome } from './step.ts';

/** Whether the boot limit of the provider has passed. */
export const isBootOver = (
  { createdAt }: AttemptIn<'created'>,
  { bootLimit }: Pick<ProviderCard, 'bootLimit'>,
  now: EpochMs,
): boolean => between(createdAt, now) > bootLimit;

/** Where to probe the instance, or the outcome when there is nothing to probe. */
export function planProbe(
  instance: ReportedInstance,
): { readonly kind: 'probe'; readonly ssh: readonly SshEndpoint[] } | StepOutcome {
  if (instance === 'absent')
    return detour('not-ready', 'the provider does not know the instance yet');
  // Confirm ready retires the attempt.
  if (isHalted(instance)) return done(null);
  if (instance.status !== 'running') return detour('not-ready', instance.statusText);
  return { kind: 'probe', ssh: instance.ssh };
}
