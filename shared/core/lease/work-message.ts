// The messages of the provider work queues, and the ids that a FIFO queue orders and de-duplicates
// them by. A message never has a task token: the worker reads it from the lease.

import * as z from 'zod/mini';
import { QUEUED_STEPS, type QueuedStep, STEPS, type Worker } from '../base/functions.ts';
import { InstanceId, LeaseId } from '../base/ids.ts';
import { ProviderName } from '../base/providers.ts';
import { type EpochMs, minutes } from '../base/time.ts';
import { Tag } from '../instance/ownership.ts';
import { ProviderAccount } from '../instance/provider-account.ts';

/** A step of a lease. It is over when the lease has another turn or generation. */
export const StepMessage = z.object({
  lease: LeaseId,
  generation: z.int().check(z.gte(1)),
  step: z.enum(QUEUED_STEPS),
  turn: z.int().check(z.gte(1)),
  /** The attempt that the step is for; absent when it is for the whole lease. */
  attempt: z.optional(z.int().check(z.gte(1), z.lte(99))),
});
export type StepMessage = z.infer<typeof StepMessage>;

/** The message in a parsed body; null when it is none that this worker carries out. */
export function stepMessageOf(worker: Worker, body: unknown): StepMessage | null {
  const { data } = StepMessage.safeParse(body);
  return data !== undefined && STEPS[data.step] === worker ? data : null;
}

/** A message as its queue delivers it. */
export type Received = {
  readonly id: string;
  readonly receipt: string;
  /** Parsed from JSON; null when it is none. */
  readonly body: unknown;
  readonly receives: number;
};

/** Destroys an instance, whatever the state of its lease. */
export const DestroyMessage = z.object({
  provider: ProviderName,
  /** The account that holds the instance; null when it is not recorded. */
  account: z.nullable(ProviderAccount),
  instance: InstanceId,
  tag: Tag,
  /** Who asks for it; `twin` when the lease holds another instance. */
  by: z.enum(['deadline', 'sweep', 'twin']),
});
export type DestroyMessage = z.infer<typeof DestroyMessage>;

export const WorkMessage = z.union([StepMessage, DestroyMessage]);
export type WorkMessage = z.infer<typeof WorkMessage>;

export type WorkToSend = {
  readonly message: WorkMessage;
  /** Messages of one group are delivered in order, one at a time. */
  readonly group: string;
  /** A message with the id of an accepted one is dropped for 5 minutes. */
  readonly deduplicationId: string;
};

/** The message groups of one provider account; searches need no message. */
export type WorkClass = 'launch' | 'destroy' | 'get' | 'list';

/** The message group of each step. */
export const WORK_CLASSES: Readonly<Record<QueuedStep, WorkClass>> = {
  launch: 'launch',
  get: 'get',
  destroy: 'destroy',
  find: 'list',
  retire: 'list',
  prove: 'list',
};

/**
 * The lane of a lease: the messages of one lane wait for each other, so that one slow create does
 * not hold up the others of a provider that takes several at once.
 */
export const laneOf = (lease: LeaseId, lanes: number): number =>
  [...lease].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7) % lanes;

/** The message group: a queue delivers the messages of one group in order, one at a time. */
export const messageGroupOf = (provider: ProviderName, work: WorkClass, lane: number): string =>
  `${provider}#${work}#${lane}`;

/**
 * The de-duplication id of a step's message. `send` is 1 for the first message of a turn; a higher
 * number sends it again although the queue remembers the last one. Attempts start at 1: 0 is none.
 */
export const stepDeduplicationId = (message: StepMessage, send: number): string =>
  [message.lease, message.turn, message.step, message.attempt ?? 0, send].join('-');

/** One destroy of an instance per sender in this time: that long a queue remembers an id. */
const SLOT = minutes(5);

/** The de-duplication id of a destroy's message that is sent at `now`. */
export const destroyDeduplicationId = ({ instance, by }: DestroyMessage, now: EpochMs): string =>
  `${instance}-${by}-${Math.floor(now / SLOT)}`;
