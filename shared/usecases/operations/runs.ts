// Runs as operators see them: requested, then read until they are ended.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import { RUN_FUNCTIONS, type RunKind } from '../../core/base/functions.ts';
import type { ConsumerId, RunId } from '../../core/base/ids.ts';
import {
  isClaimable,
  isSameSubject,
  type Run,
  type RunSubject,
  requestRun,
} from '../../core/operations/run.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Invoker } from '../../ports/invoker.ts';
import type { RunStore } from '../../ports/run-store.ts';

export type RequestRunPorts = {
  readonly runs: RunStore;
  readonly invoker: Invoker;
  readonly clock: Clock;
  /** The same inputs give the same id. */
  readonly runIdFor: (kind: RunKind, by: ConsumerId, key: string) => RunId;
};

export type RunRequest = RunSubject & { readonly caller: Caller; readonly key: string };

const payloadOf = ({ id, provider }: Run) => ({
  run: id,
  ...(provider !== null && { provider }),
});

/**
 * Records a run and starts the function that carries it out. The same key returns the same run, and
 * starts the function again while none works on it. When the start fails, the run stays: the next
 * timer of its kind carries it out. Throws Forbidden, KeyReused, StoreDown.
 */
export function createRequestRun({ runs, invoker, clock, runIdFor }: RequestRunPorts) {
  return async ({ caller, key, ...subject }: RunRequest): Promise<Run> => {
    mustBeOperator(caller);
    const now = clock.now();
    const by = caller.consumer;
    const id = runIdFor(subject.kind, by, key);
    const run = await runs.create(requestRun({ id, by, ...subject }, now));
    if (!isSameSubject(run, subject)) {
      throw new Failure('KeyReused', 'the key belongs to a run with another subject', {
        field: 'Idempotency-Key',
      });
    }
    if (isClaimable(run, now)) {
      await Promise.allSettled([invoker.invoke(RUN_FUNCTIONS[run.kind], payloadOf(run))]);
    }
    return run;
  };
}

/** Reads a run. Throws Forbidden, NotFound, StoreDown. */
export function createReadRun({ runs }: Pick<RequestRunPorts, 'runs'>) {
  return async ({ caller, id }: { readonly caller: Caller; readonly id: RunId }): Promise<Run> => {
    mustBeOperator(caller);
    const run = await runs.get(id);
    if (run === null) throw new Failure('NotFound', 'run not found', { field: 'id' });
    return run;
  };
}
