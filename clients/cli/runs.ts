// Runs on the command line: waits for a requested run and takes its result, and shows a run.

import type { Run } from '../client/replies.ts';
import { verdictLines } from './book-format.ts';
import { reconciliationLines } from './charge-format.ts';
import type { Context } from './context.ts';
import { clean, time } from './format.ts';
import { sweepLines } from './operation-format.ts';

/**
 * The result of a requested run, once it is done; `take` reads it from a run of the right kind.
 * Throws when the run failed or did not end in time.
 */
export async function resultOf<Result>(
  { client, signal }: Pick<Context, 'client' | 'signal'>,
  requested: Run,
  take: (run: Run) => Result | null,
): Promise<Result> {
  const run = await client.waitForRun(requested, { signal });
  const result = take(run);
  if (result !== null) return result;
  const { id, state, failure } = run;
  if (state === 'failed') throw new Error(`run ${id} failed: ${failure}`);
  throw new Error(`run ${id} is ${state}; read it later with: gpu-shopper run ${id}`);
}

function resultLines(run: Run): readonly string[] {
  switch (run.kind) {
    case 'sweep':
      return run.result === null ? [] : sweepLines(run.result);
    case 'reconcile':
      return run.result === null ? [] : reconciliationLines(run.result);
    case 'verify':
      return run.result === null ? [] : verdictLines(run.result);
  }
}

/** A run, then its result or its failure. */
export function runLines(run: Run): readonly string[] {
  const { id, state, by, at, endedAt, failure } = run;
  const ended = endedAt === null ? '' : `, ended ${time(endedAt)}`;
  return [
    clean(`${id}: ${state}, requested ${time(at)} by ${by}${ended}`),
    ...(failure === null ? [] : [clean(`  ${failure}`)]),
    ...resultLines(run),
  ];
}
