// An instance as its provider reports it, in `get` and in listings.

import type { InstanceId } from '../base/ids.ts';
import type { MicroUsdPerHour } from '../base/money.ts';

/** A `stopped` or `failed` instance never becomes ready; an `unreachable` one may recover. */
export type InstanceStatus =
  | 'starting'
  | 'running'
  | 'stopped'
  | 'failed'
  | 'unreachable'
  | 'unknown';

export type SshEndpoint = { readonly host: string; readonly port: number; readonly user: string };

export type Instance = {
  readonly id: InstanceId;
  /** The label exactly as the provider stores it. */
  readonly label: string | null;
  readonly status: InstanceStatus;
  /** The provider's text for the status, for people. */
  readonly statusText: string;
  /** The all-in rate that the provider reports for this instance, without transfer. */
  readonly rate: MicroUsdPerHour | null;
  /** SSH endpoints, the best first; empty until known. */
  readonly ssh: readonly SshEndpoint[];
};

/** Whether the instance has stopped and does not start again by itself. */
export const isHalted = ({ status }: Pick<Instance, 'status'>): boolean =>
  status === 'stopped' || status === 'failed';
