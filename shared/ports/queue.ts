// A queue of provider work: SQS FIFO, or its local replacement.

import type { DurationMs } from '../core/base/time.ts';
import type { WorkToSend } from '../core/lease/work-message.ts';

export type WorkQueue = {
  /** Sends a message. Safe to repeat for 5 minutes. Throws ProviderDown. */
  send(work: WorkToSend): Promise<void>;
  /**
   * Hides a received message for this time from now on; 0 shows it at once. `expired` when its
   * visibility timeout has passed or it was deleted: it may be delivered again. Throws
   * ProviderDown.
   */
  changeVisibility(receipt: string, length: DurationMs): Promise<'changed' | 'expired'>;
};
