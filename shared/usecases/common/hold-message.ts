// Holds a message of a queue while its work is done, by short terms that are renewed: after a crash
// its group waits for the rest of one term only.

import { policy } from '../../core/base/policy/policy.ts';
import type { DurationMs } from '../../core/base/time.ts';
import type { WorkQueue } from '../../ports/queue.ts';

export type HoldPorts = {
  readonly queue: Pick<WorkQueue, 'changeVisibility'>;
  /** Does the work again and again, until the returned function is called. */
  readonly every: (length: DurationMs, work: () => Promise<void>) => () => void;
};

/**
 * Runs `work` while the message is held; `isHeld` says whether it still is. Returns null when
 * another delivery has it already. Throws ProviderDown when it can't be held.
 */
export async function holdMessage<Result>(
  { queue, every }: HoldPorts,
  receipt: string,
  work: (isHeld: () => boolean) => Promise<Result>,
): Promise<Result | null> {
  const { hold, renewEvery } = policy.queue;
  if ((await queue.changeVisibility(receipt, hold)) === 'expired') return null;
  let held = true;
  const stop = every(renewEvery, async () => {
    const [renewed] = await Promise.allSettled([queue.changeVisibility(receipt, hold)]);
    held &&= renewed.status === 'fulfilled' && renewed.value === 'changed';
  });
  try {
    return await work(() => held);
  } finally {
    stop();
  }
}
