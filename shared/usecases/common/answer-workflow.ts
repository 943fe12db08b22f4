// Answers the workflow of a lease that waits for work in a queue. The outcome is committed before:
// whoever comes later can answer again, and an answer to a wait that has ended has no effect.

import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { DurationMs } from '../../core/base/time.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import {
  type Answer,
  noteAnswered,
  noteUnanswered,
  unansweredOf,
} from '../../core/lease/work-moves.ts';
import type { Workflow } from '../../ports/workflow.ts';
import { changeLease, loadLease, type Records } from './change-lease.ts';

export type AnswerPorts = Records & {
  readonly workflow: Workflow;
  readonly pause: (length: DurationMs) => Promise<void>;
};

async function triedTwice({ workflow, pause }: AnswerPorts, { token, outcome }: Answer) {
  const send = () => workflow.answer(token, outcome);
  const [first] = await Promise.allSettled([send()]);
  if (first.status === 'fulfilled') return true;
  await pause(policy.queue.answerAgainAfter);
  const [second] = await Promise.allSettled([send()]);
  return second.status === 'fulfilled';
}

/**
 * Tries twice; then the sweep does it, so that no outage of the workflow holds a queue up. Safe to
 * repeat. Throws StoreDown, Conflict when that could not be recorded.
 */
export async function answerWorkflow(
  ports: AnswerPorts,
  id: LeaseId,
  answer: Answer,
): Promise<void> {
  if (await triedTwice(ports, answer)) return;
  await changeLease(ports, id, (lease, now) => commitOnly(noteUnanswered(lease, answer, now)));
}

/** Answers where a worker could not. Safe to repeat. Throws StoreDown, ProviderDown, Conflict. */
export async function answerAgain(ports: Omit<AnswerPorts, 'pause'>, id: LeaseId): Promise<void> {
  const answer = unansweredOf(await loadLease(ports, id));
  if (answer === null) return;
  await ports.workflow.answer(answer.token, answer.outcome);
  await changeLease(ports, id, (lease) => commitOnly(noteAnswered(lease, answer)));
}
