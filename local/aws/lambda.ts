// Lambda on one computer: it runs a function, stops it at its timeout, and injects the failures of
// the real service with their names and texts (November 2026). Step Functions reports them as error
// and cause.

import { randomUUID } from 'node:crypto';
import type { DurationMs } from '../../shared/core/base/time.ts';
import type { EngineClock } from '../workflow/clock.ts';

/** One call of a function. */
export type Call = { readonly name: string; readonly payload: unknown };

export type FunctionFault = {
  /** The function's name, and the `step` of its payload where only that one fails. */
  readonly function: string;
  readonly step?: string;
  /**
   * `timeout`: the function never returns. `exit`: its process exits. `unknown`: it fails, and
   * Lambda returns no error type. `throttle`: it does not run, and `when` is ignored.
   */
  readonly fails: 'timeout' | 'exit' | 'unknown' | 'throttle';
  /** Whether it fails before or after its effects. */
  readonly when: 'before' | 'after';
  /** How many calls fail; one by default. */
  readonly times?: number;
};

export type LambdaOptions = {
  readonly clock: EngineClock;
  readonly timeoutOf: (call: Call) => DurationMs;
};

export type Lambda = {
  /** Calls a function. Rejects with the function's error, or with one of Lambda's errors. */
  invoke(call: Call, run: () => Promise<unknown>): Promise<unknown>;
  /** Makes the next calls of a function fail. Faults of one function apply in order. */
  addFault(fault: FunctionFault): void;
  /** The number of calls that only wait for their timeout, until the clock moves. */
  hanging(): number;
};

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

const timedOutAfter = (timeout: DurationMs): string =>
  `Task timed out after ${(timeout / 1_000).toFixed(2)} seconds`;

/** The errors of one call, by its request id. */
function errorsOf(id: string, { timeout, now }: { timeout: DurationMs; now: number }) {
  const payload = {
    errorMessage: `${new Date(now).toISOString()} ${id} ${timedOutAfter(timeout)}`,
  };
  return {
    timeout: () => named('Sandbox.Timedout', `RequestId: ${id} Error: ${timedOutAfter(timeout)}`),
    exit: () =>
      named(
        'Runtime.ExitError',
        `RequestId: ${id} Error: Runtime exited with error: signal: killed`,
      ),
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

const stepOf = (payload: unknown): unknown => Object(payload).step;

/** The faults that were not used up. */
function createFaults() {
  const pending: { readonly fault: FunctionFault; left: number }[] = [];
  return {
    add(fault: FunctionFault): void {
      pending.push({ fault, left: fault.times ?? 1 });
    },
    /** Takes the fault of this call: uses up one of its times. */
    take({ name, payload }: Call): FunctionFault | undefined {
      const found = pending.find(({ fault, left }) => {
        const isOfStep = fault.step === undefined || fault.step === stepOf(payload);
        return left > 0 && fault.function === name && isOfStep;
      });
      if (found !== undefined) found.left -= 1;
      return found?.fault;
    },
  };
}

/** A Lambda on this clock, without faults. */
export function createLambda({ clock, timeoutOf }: LambdaOptions): Lambda {
  const faults = createFaults();
  let hanging = 0;

  /** Rejects with `error` at the instant `endsAt`. */
  const expire = (endsAt: number, error: () => Error) => {
    const { promise, reject } = Promise.withResolvers<never>();
    return { promise, cancel: clock.at(endsAt, () => reject(error())) };
  };
  const hang = async (endsAt: number, error: () => Error): Promise<never> => {
    hanging += 1;
    try {
      return await expire(endsAt, error).promise;
    } finally {
      hanging -= 1;
    }
  };

  return {
    async invoke(call, run) {
      const timeout = timeoutOf(call);
      const endsAt = clock.now() + timeout;
      const errors = errorsOf(randomUUID(), { timeout, now: endsAt });
      const fault = faults.take(call);
      if (fault === undefined) {
        const limit = expire(endsAt, errors.timeout);
        return Promise.race([run(), limit.promise]).finally(limit.cancel);
      }
      const { fails, when } = fault;
      // The result or the error is lost with the process.
      if (when === 'after' && fails !== 'throttle') await run().catch(() => undefined);
      if (fails === 'timeout') return hang(endsAt, errors.timeout);
      throw errors[fails]();
    },
    addFault: faults.add,
    hanging: () => hanging,
  };
}
