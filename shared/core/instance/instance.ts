// An instance as its provider reports it, in `get` and in listings.

import * as z from 'zod/mini';
import type { InstanceId } from '../base/ids.ts';
import { MicroUsdPerHour } from '../base/money.ts';
import { EpochMs } from '../base/time.ts';
import type { Birth } from './birth.ts';

/** A `stopped` or `failed` instance never becomes ready; an `unreachable` one may recover. */
const InstanceStatus = z.enum([
  'starting',
  'running',
  'stopped',
  'failed',
  'unreachable',
  'unknown',
]);
export type InstanceStatus = z.infer<typeof InstanceStatus>;

export const SshEndpoint = z.object({ host: z.string(), port: z.int(), user: z.string() });
export type SshEndpoint = z.infer<typeof SshEndpoint>;

export type Instance = {
  readonly id: InstanceId;
  /** The label exactly as the provider stores it. */
  readonly label: string | null;
  readonly status: InstanceStatus;
  /** The provider's text for the status, for people. */
  readonly statusText: string;
  /** Whether it failed because of its image or start script, as it would on any host. */
  readonly badImage: boolean;
  /** The all-in rate that the provider reports for this instance, without transfer. */
  readonly rate: MicroUsdPerHour | null;
  /** SSH endpoints, the best first; empty until known. */
  readonly ssh: readonly SshEndpoint[];
  /**
   * The provider's fields that could not be read. With `label` among them, the label is unknown,
   * not missing; with `id` among them, the id is a placeholder that no call accepts.
   */
  readonly unreadable: readonly string[];
  readonly birth: Birth;
};

/** What readiness depends on, as the provider reported it at `at`. */
export const InstanceReport = z.object({
  at: EpochMs,
  /** `absent` when the provider did not know the instance. */
  instance: z.union([
    z.literal('absent'),
    z.object({
      status: InstanceStatus,
      statusText: z.string(),
      badImage: z._default(z.boolean(), false),
      rate: z.nullable(MicroUsdPerHour),
      ssh: z.readonly(z.array(SshEndpoint)),
    }),
  ]),
});
export type InstanceReport = z.infer<typeof InstanceReport>;
export type ReportedInstance = InstanceReport['instance'];

/** The report of what `get` returned. */
export function reportOf(instance: Instance | 'absent', at: EpochMs): InstanceReport {
  if (instance === 'absent') return { at, instance };
  const { status, statusText, badImage, rate, ssh } = instance;
  return { at, instance: { status, statusText, badImage, rate, ssh } };
}

/** Whether the instance has stopped and does not start again by itself. */
export const isHalted = ({ status }: Pick<Instance, 'status'>): boolean =>
  status === 'stopped' || status === 'failed';
