// An instance as its provider shows it: what `get` and a listing say about it.

import type { InstanceId } from '../base/ids.ts';
import type { MicroUsdPerHour } from '../base/money.ts';

/** A `stopped` or `failed` instance never becomes ready; an `unreachable` one may come back. */
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
  /** The label exactly as the provider keeps it, ours or not. */
  readonly label: string | null;
  readonly status: InstanceStatus;
  /** The provider's own words for the status, for people. */
  readonly statusText: string;
  /** All-in rate that the provider states for this instance, transfer excepted. */
  readonly rate: MicroUsdPerHour | null;
  /** Where SSH may be reached, the best first; empty until known. */
  readonly ssh: readonly SshEndpoint[];
};

/** Whether the instance has stopped and will not run again by itself. */
export const isHalted = ({ status }: Pick<Instance, 'status'>): boolean =>
  status === 'stopped' || status === 'failed';
