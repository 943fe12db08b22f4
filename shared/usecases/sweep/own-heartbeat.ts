// Sends the service's own heartbeat through the public route. Silence of leases counts only while
// these arrive.

import { errorInWords } from '../../core/base/failure.ts';

export type OwnHeartbeatPorts = {
  /** Sends one heartbeat with the deployment's own token. Throws ProviderDown, StoreDown. */
  readonly send: () => Promise<void>;
  readonly log: (message: string) => void;
};

/** Sends one. A lost one is missing from the record, and must not stop the sweep. Never throws. */
export function createOwnHeartbeat({ send, log }: OwnHeartbeatPorts) {
  return async (): Promise<void> => {
    try {
      await send();
    } catch (error) {
      log(`our own heartbeat was lost: ${errorInWords(error)}`);
    }
  };
}
