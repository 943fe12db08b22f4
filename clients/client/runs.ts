// The client's methods for runs: long work that operators request. A request returns the run at
// once; `createRunWait` reads it until it is done or failed.

import type { RunReply } from '../../shared/api/contract/replies/runs.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import type { Body } from './replies.ts';
import {
  type CallOptions,
  type KeyOptions,
  keyHeaders,
  type Send,
  type Sleep,
} from './transport.ts';

/**
 * One method for each route. Retries carry the same key. Without an `idempotencyKey`, repeating a
 * request starts another run.
 */
export function runMethods(call: Send) {
  return {
    /** Operators: requests a sweep of a provider, which acts on its findings. */
    sweepProvider: (body: Body<'sweepProvider'> = {}, { signal, ...key }: KeyOptions = {}) =>
      call('sweepProvider', { body, headers: keyHeaders(key), signal }),

    /** Operators: requests a reconciliation with a provider, which trues up differences. */
    reconcileCharges: (body: Body<'reconcileCharges'> = {}, { signal, ...key }: KeyOptions = {}) =>
      call('reconcileCharges', { body, headers: keyHeaders(key), signal }),

    /** Operators: requests verification of one account, or of all. It changes nothing. */
    verifyLedger: (body: Body<'verifyLedger'> = {}, { signal, ...key }: KeyOptions = {}) =>
      call('verifyLedger', { body, headers: keyHeaders(key), signal }),

    /** Operators: a run, with its result once it is done. */
    readRun: (id: string, { signal }: CallOptions = {}) =>
      call('readRun', { params: { id }, signal }),
  };
}

type Waiting = {
  readonly readRun: (id: string, call: CallOptions) => Promise<RunReply>;
  readonly sleep: Sleep;
};

const GROWTH = 1.5;

const isEnded = ({ state }: RunReply): boolean => state === 'done' || state === 'failed';

/**
 * Makes `waitForRun`. It resolves with the run once it is ended, or as it is after some minutes: a
 * run that was lost is carried out by the next scheduled function of its kind. Rejects with
 * ApiProblem or the signal's reason.
 */
export function createRunWait({ readRun, sleep }: Waiting) {
  return async (run: RunReply, { signal }: CallOptions = {}): Promise<RunReply> => {
    const { firstPause, maxPause, maxReads } = policy.run;
    let [found, pause]: [RunReply, number] = [run, firstPause];
    for (let reads = 0; reads < maxReads && !isEnded(found); reads += 1) {
      await sleep(pause, signal);
      found = await readRun(run.id, { signal });
      pause = Math.min(maxPause, pause * GROWTH);
    }
    return found;
  };
}
