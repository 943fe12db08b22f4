// One delivery of a step's message: carries out the step in its turn, commits the outcome on the
// lease, and answers the workflow. A message may be delivered twice, late, or after its turn.

import type { QueuedStep } from '../../core/base/functions.ts';
import { invariant } from '../../core/base/invariant.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { DurationMs } from '../../core/base/time.ts';
import type { ProviderCard } from '../../core/instance/card.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { ticketOf } from '../../core/lease/queue-place.ts';
import type { StepInput, StepOutcome } from '../../core/lease/step.ts';
import type { StepMessage } from '../../core/lease/work-message.ts';
import {
  type Again,
  type Answer,
  beginRun,
  endRun,
  forgetTries,
  outcomeOf,
  outcomeOfFailure,
} from '../../core/lease/work-moves.ts';
import type { TicketStore } from '../../ports/ticket-store.ts';
import { type AnswerPorts, answerWorkflow } from '../common/answer-workflow.ts';
import { changeLease } from '../common/change-lease.ts';

export type WorkInput = StepInput & {
  /** The attempt that the message is for; absent when it is for the whole lease. */
  readonly attempt?: number | undefined;
  /** Whether this worker still has the message: another may work on it now. */
  readonly isHeld: () => boolean;
};

/** One delivery; `receives` counts those of the message. */
export type Delivery = {
  readonly message: StepMessage;
  readonly receives: number;
  readonly isHeld: () => boolean;
};

/** `null` when other messages of the turn do the rest. */
export type WorkStep = (input: WorkInput) => Promise<StepOutcome<unknown> | null>;

export type DoWorkPorts = AnswerPorts & {
  readonly tickets: TicketStore;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
  /** The steps of the worker whose queue delivers the message. */
  readonly steps: Partial<Record<QueuedStep, WorkStep>>;
  /** Ends the process when a step takes longer than its budget. */
  readonly endAfter: <Result>(budget: DurationMs, work: () => Promise<Result>) => Promise<Result>;
};

/** The turn of the message has come. The next turn makes up for a call that is lost. */
async function callTicket(
  { tickets, cardOf }: DoWorkPorts,
  lease: Lease,
  { turn }: StepMessage,
): Promise<void> {
  const held = lease.work?.turn === turn ? ticketOf(lease, cardOf) : null;
  if (held !== null) await Promise.allSettled([tickets.call(held.group, held.ticket)]);
}

/** What became of a delivery: `finished` messages are deleted. */
export type Delivered = { readonly kind: 'finished' } | Again;

const FINISHED = { kind: 'finished' } as const;

/** Carries out the step; null when other messages of the turn do the rest. Throws for a bug. */
async function run(
  { steps, endAfter }: DoWorkPorts,
  { message: { step }, receives }: Delivery,
  input: WorkInput,
) {
  const carryOut = steps[step];
  invariant(carryOut !== undefined, `no worker of this queue carries out ${step}`);
  const [ran] = await Promise.allSettled([
    endAfter(policy.stepBudget[step], () => carryOut(input)),
  ]);
  if (ran.status === 'rejected') return outcomeOfFailure(ran.reason);
  return ran.value === null ? null : outcomeOf(ran.value, receives);
}

/**
 * Does the work of one message. Safe to repeat. Throws for a bug, which counts as a crash, NotFound
 * for a lease that does not exist, StoreDown, Conflict.
 */
export function createDoWork(ports: DoWorkPorts) {
  return async (delivery: Delivery): Promise<Delivered> => {
    const { message, receives, isHeld } = delivery;
    const { lease: leaseId, generation, turn, attempt } = message;
    const send = async (answer: Answer | null): Promise<Delivered> => {
      if (answer !== null) await answerWorkflow(ports, leaseId, answer);
      return FINISHED;
    };
    const { lease: found, result: first } = await changeLease(ports, leaseId, (lease) =>
      beginRun(lease, { message, receives }),
    );
    await callTicket(ports, found, message);
    if (first.kind === 'over') return send(first.answer);
    const outcome = await run(ports, delivery, { leaseId, generation, turn, attempt, isHeld });
    if (outcome === null) return FINISHED;
    if (outcome.kind === 'again') {
      await changeLease(ports, leaseId, (lease) => commitOnly(forgetTries(lease, message)));
      return outcome;
    }
    const { result: answer } = await changeLease(ports, leaseId, (lease) =>
      endRun(lease, { message, outcome }),
    );
    return send(answer);
  };
}
