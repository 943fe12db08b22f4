// Step Functions on one computer: the calls that the service makes, on the local engine. On
// request, lists of executions lag behind, as they do on AWS, and events of executions that failed
// are lost or come twice.

import type { DurationMs } from '../../shared/core/base/time.ts';
import { durationMs } from '../../shared/core/base/time.ts';
import type { Workflow } from '../../shared/ports/workflow.ts';
import type { FailedExecution } from '../workflow/driver.ts';
import {
  createWorkflowEngine,
  type EngineOptions,
  type WorkflowEngine,
} from '../workflow/engine.ts';

type StepFunctionsFaults = {
  /** How old a list of executions is. */
  readonly listLag: DurationMs;
  /** How often the event of an execution that failed comes. */
  readonly events: 'once' | 'lost' | 'twice';
};

export type StepFunctionsOptions = EngineOptions & {
  /** Is called with the name of each API call. */
  readonly onCall: (call: string) => void;
  readonly onFailed: (execution: FailedExecution) => void;
};

export type StepFunctions = {
  readonly engine: WorkflowEngine;
  readonly workflow: Workflow;
  /** Sets these faults from now on; the others stay as they are. */
  setFaults(faults: Partial<StepFunctionsFaults>): void;
};

const TIMES = { once: 1, lost: 0, twice: 2 } as const;

/** Opens it without faults. Throws what the engine throws. */
export function openStepFunctions(options: StepFunctionsOptions): StepFunctions {
  const { clock, onCall, onFailed } = options;
  let faults: StepFunctionsFaults = { listLag: durationMs(0), events: 'once' };
  const engine = createWorkflowEngine({
    ...options,
    onFailed: (execution) => {
      for (let time = 1; time <= TIMES[faults.events]; time += 1) onFailed(execution);
    },
  });
  const workflow: Workflow = {
    start: async (leaseId, generation) => {
      onCall('StartExecution');
      return engine.start({ name: `${leaseId}-${generation}`, input: { leaseId, generation } });
    },
    running: async () => {
      onCall('ListExecutions');
      return new Set(engine.running(clock.now() - faults.listLag));
    },
    wake: async (token) => {
      onCall('SendTaskSuccess');
      return engine.succeed(token, {});
    },
    answer: async (token, outcome) => {
      if (outcome.kind === 'done') {
        onCall('SendTaskSuccess');
        return engine.succeed(token, outcome.output);
      }
      onCall('SendTaskFailure');
      return engine.fail(token, outcome.error, outcome.cause);
    },
    heartbeat: async (token) => {
      onCall('SendTaskHeartbeat');
      return engine.heartbeat(token);
    },
  };
  return {
    engine,
    workflow,
    setFaults(changed) {
      faults = { ...faults, ...changed };
    },
  };
}
