// Judge: every wake, timeout or missed heartbeat leads here. Continues the lease, or starts to end
// it.

import { invariant } from '../../../core/base/invariant.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { silenceCountsFrom } from '../../../core/lease/ingest.ts';
import type { ServeTimes } from '../../../core/lease/judge.ts';
import { type JudgeFacts, judgeLease } from '../../../core/lease/judgement.ts';
import { isOver } from '../../../core/lease/lease.ts';
import { done, type StepInput, type StepOutcome } from '../../../core/lease/step.ts';
import type { IngestStore } from '../../../ports/ingest-store.ts';
import { changeLease } from '../../common/change-lease.ts';
import { type HoldSilencePorts, holdSilence } from '../hold-silence.ts';
import { type RestartPorts, restartLease } from '../restart-lease.ts';

export type JudgeLeasePorts = HoldSilencePorts & RestartPorts & { readonly ingest: IngestStore };

/** `turns` counts the turns of Serve and Judge in this execution before this one. */
export type JudgeInput = StepInput & { readonly turns: number };

/** How long Serve waits next, and the turns including this one. */
export type NextTurn = ServeTimes & { readonly turns: number };

/**
 * Starts the next generation of an execution whose history is long: AWS ends an execution with too
 * many events. Safe to repeat: the next generation starts once.
 */
function handOver(ports: JudgeLeasePorts, { leaseId, generation, turns }: JudgeInput) {
  return restartLease(ports, leaseId, {
    why: `the workflow execution of generation ${generation} has judged the lease ${turns} times`,
    due: (lease) => !isOver(lease) && lease.generation === generation,
  });
}

async function judgeOnce(ports: JudgeLeasePorts, facts: JudgeFacts) {
  const { result } = await changeLease(ports, facts.input.leaseId, (lease, now) =>
    judgeLease(lease, facts, now),
  );
  return result;
}

/** A silence needs a second look before it ends a lease. */
async function judge(ports: JudgeLeasePorts, input: StepInput): Promise<StepOutcome<ServeTimes>> {
  const pulse = await ports.pulses.get(input.leaseId);
  const first = await judgeOnce(ports, { input, pulse, silenceFrom: null });
  if ('kind' in first) return first;
  const silenceFrom = silenceCountsFrom(await ports.ingest.get(), ports.clock.now());
  const looked = pulse && (await holdSilence(ports, { lease: first, pulse, silenceFrom }));
  const second = await judgeOnce(ports, { input, pulse: looked, silenceFrom });
  invariant('kind' in second, 'the second look gives a verdict');
  return second;
}

/**
 * Decides from the lease and its pulse. Safe to repeat: the same facts give the same verdict. After
 * many turns the next generation goes on. Detours: lease-over, superseded. Throws StoreDown,
 * ProviderDown, Conflict.
 */
export function createJudgeLease(ports: JudgeLeasePorts) {
  return async (input: JudgeInput): Promise<StepOutcome<NextTurn>> => {
    if (input.turns >= policy.step.maxTurns) await handOver(ports, input);
    const outcome = await judge(ports, input);
    if (outcome.kind !== 'done') return outcome;
    return done({ ...outcome.output, turns: input.turns + 1 });
  };
}
