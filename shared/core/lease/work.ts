// The work in a queue that a lease's workflow waits for. It is stored on the lease with the task
// token, so that a message holds no token, and whoever does the work can answer.

import * as z from 'zod/mini';
import { QUEUED_STEPS } from '../base/functions.ts';
import { EpochMs } from '../base/time.ts';

/** The answer to the workflow: the output of the step, or the name that it routes on. */
export const WorkOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), output: z.unknown() }),
  z.object({ kind: z.literal('failed'), error: z.string(), cause: z.string() }),
]);
export type WorkOutcome = z.infer<typeof WorkOutcome>;

export const Work = z.object({
  /** A new turn for each step; only a repeat of a step without an outcome keeps its turn. */
  turn: z.int().check(z.gte(1)),
  generation: z.int().check(z.gte(1)),
  step: z.enum(QUEUED_STEPS),
  /** The token that the workflow waits with: it controls the workflow, so it is secret. */
  token: z.string(),
  /** When the state that waits was entered, and how often it was retried: the order of tokens. */
  enteredAt: EpochMs,
  retries: z.int().check(z.gte(0)),
  /** Its ticket in the queue, of launches; null for other steps. */
  ticket: z.nullable(z.int()),
  /** When its messages were last sent, and how often. */
  sentAt: EpochMs,
  sends: z.int().check(z.gte(1)),
  /** The runs of this turn whose end nobody recorded. */
  tries: z.int().check(z.gte(0)),
  /** Null until the work is done. The lease may have changed since: it decides, not the outcome. */
  outcome: z.nullable(WorkOutcome),
  /** Since when the workflow could not be answered; null when it was. */
  unansweredSince: z.nullable(EpochMs),
});
export type Work = z.infer<typeof Work>;

/** The tickets of one message group: how many were drawn, and the latest that had its turn. */
export const Tickets = z.object({
  drawn: z._default(z.int(), 0),
  head: z._default(z.int(), 0),
});
export type Tickets = z.infer<typeof Tickets>;
