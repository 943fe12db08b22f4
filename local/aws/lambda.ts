// Lambda on one computer: it runs a function, stops it at its timeout, and injects the failures of
// the real service with their names and texts (November 2026). Step Functions reports them as error
// and cause.

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { EndAfter } from '../../shared/app/runtime.ts';
import { type FunctionName, isWorker } from '../../shared/core/base/functions.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import type { DurationMs } from '../../shared/core/base/time.ts';
import type { EngineClock } from '../workflow/clock.ts';

/** One call of a function. */
export type Call = {
  /** The route or the step that the function is called for; else the function's name. */
  readonly name: string;
  readonly payload: unknown;
};

type FunctionCall = Call & { readonly functionName: FunctionName };

export type FunctionFault = {
  readonly function: FunctionName;
  /** The step or the route that fails; all of the function by default. */
  readonly step?: string;
  /**
   * `timeout`: the function never returns. `exit`: its process exits. `unknown`: it fails, and
   * Lambda returns no error type. `throttle`: it does not run, and `when` is ignored. Any other
   * error has the given name.
   */
  readonly fails: 'timeout' | 'exit' | 'unknown' | 'throttle' | { readonly error: string };
  /** Whether it fails before or after its effects. */
  readonly when: 'before' | 'after';
  /** How many calls fail, `Infinity` for all; one by default. */
  readonly times?: number;
};

export type Lambda = {
  /** Calls a function. Rejects with the function's error, or with one of Lambda's errors. */
  invoke(call: FunctionCall, run: () => Promise<unknown>): Promise<unknown>;
  /** Rejects as an exited process does when `work` takes longer than `budget`. */
  readonly endAfter: EndAfter;
  /** Makes the next calls of a function fail. Faults of one function apply in order. */
  addFault(fault: FunctionFault): void;
  /** Removes all faults. */
  clearFaults(): void;
  /** The number of calls that only wait for their timeout, until the clock moves. */
  hanging(): number;
};

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

const timedOutAfter = (timeout: DurationMs): string =>
  `Task timed out after ${(timeout / 1_000).toFixed(2)} seconds`;

const exited = (id: string, how: string): Error =>
  named('Runtime.ExitError', `RequestId: ${id} Error: Runtime exited with error: ${how}`);

/** The errors of one call, by its request id. */
function errorsOf(id: string, { timeout, now }: { timeout: DurationMs; now: number }) {
  const payload = {
    errorMessage: `${new Date(now).toISOString()} ${id} ${timedOutAfter(timeout)}`,
  };
  return {
    timeout: () => named('Sandbox.Timedout', `RequestId: ${id} Error: ${timedOutAfter(timeout)}`),
    exit: () => exited(id, 'signal: killed'),
    unknown: () =>
      named(
        'Lambda.Unknown',
        'The cause could not be determined because Lambda did not return an error type. ' +
          `Returned payload: ${JSON.stringify(payload)}`,
      ),
    throttle: () =>
      named(
        'Lambda.TooManyRequestsException',
        `Rate Exceeded. (Service: Lambda, Status Code: 429, Request ID: ${id})`,
      ),
  };
}

/** The faults that were not used up. */
function createFaults() {
  const pending: { readonly fault: FunctionFault; left: number }[] = [];
  const find = ({ functionName, name }: FunctionCall) =>
    pending.find(({ fault, left }) => {
      const isOfStep = fault.step === undefined || fault.step === name;
      return left > 0 && fault.function === functionName && isOfStep;
    });
  return {
    add(fault: FunctionFault): void {
      pending.push({ fault, left: fault.times ?? 1 });
    },
    clear(): void {
      pending.length = 0;
    },
    /** Whether the next fault of this call is that it does not run at all. */
    throttles: (call: FunctionCall): boolean => find(call)?.fault.fails === 'throttle',
    /** The fault of this call, which is then used up. */
    take(call: FunctionCall): FunctionFault | undefined {
      const found = find(call);
      if (found !== undefined) found.left -= 1;
      return found?.fault;
    },
  };
}

/** Limits of running functions: functions take real time, however fast the clock runs. */
function createLimits(clock: EngineClock) {
  const reject = (after: DurationMs, error: () => Error) => {
    const limit = Promise.withResolvers<never>();
    const cancel = clock.afterReal(after, () => limit.reject(error()));
    return { promise: limit.promise, cancel };
  };
  return {
    /** Rejects with `error` when `work` takes longer. */
    within<Result>(
      time: DurationMs,
      work: () => Promise<Result>,
      error: () => Error,
    ): Promise<Result> {
      const limit = reject(time, error);
      return Promise.race([work(), limit.promise]).finally(limit.cancel);
    },
    /** Rejects with `error` after this time. */
    hang: (time: DurationMs, error: () => Error): Promise<never> => reject(time, error).promise,
  };
}

/** A Lambda without faults. */
export function createLambda(clock: EngineClock): Lambda {
  const faults = createFaults();
  /** The call of a worker that runs: it has taken its message when the fault strikes. */
  const current = new AsyncLocalStorage<FunctionCall>();
  const limits = createLimits(clock);
  let hanging = 0;
  const hang = async (timeout: DurationMs, error: () => Error): Promise<never> => {
    hanging += 1;
    return limits.hang(timeout, error).finally(() => {
      hanging -= 1;
    });
  };

  /** Runs `work` as the fault says; its result or error is lost with the process. */
  const failing = async (
    call: FunctionCall,
    fault: FunctionFault,
    work: () => Promise<unknown>,
  ): Promise<never> => {
    const timeout = policy.functionTimeout[call.functionName];
    const errors = errorsOf(randomUUID(), { timeout, now: clock.now() + timeout });
    const { fails, when } = fault;
    if (when === 'after' && fails !== 'throttle') await work().catch(() => undefined);
    if (fails === 'timeout') return hang(timeout, errors.timeout);
    throw typeof fails === 'object' ? named(fails.error, 'an injected error') : errors[fails]();
  };

  return {
    async invoke(call, run) {
      const timeout = policy.functionTimeout[call.functionName];
      const { timeout: timedOut } = errorsOf(randomUUID(), { timeout, now: clock.now() + timeout });
      if (isWorker(call.functionName) && !faults.throttles(call)) {
        return limits.within(timeout, () => current.run(call, run), timedOut);
      }
      const fault = faults.take(call);
      return fault === undefined
        ? limits.within(timeout, run, timedOut)
        : failing(call, fault, run);
    },
    endAfter: async (budget, work) => {
      const call = current.getStore();
      const fault = call === undefined ? undefined : faults.take(call);
      if (call !== undefined && fault !== undefined) return failing(call, fault, work);
      return limits.within(budget, work, () => exited(randomUUID(), 'exit status 1'));
    },
    addFault: faults.add,
    clearFaults: faults.clear,
    hanging: () => hanging,
  };
}
