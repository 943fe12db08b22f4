// How a command ends, as scripts see it. These numbers are a promise: they may be added to, never
// changed.

import { CommanderError } from 'commander';
import { ApiProblem } from '../client/problem.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  limit: 3,
  notFound: 4,
  endedOtherwise: 5,
  unreachable: 6,
  left: 7,
  differs: 8,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    failed: the service answered with a problem, or the wait took too long
  2    usage: a flag or a value is not valid, here or to the service
  3    refused: a limit binds
  4    not found: there is no such lease or offer
  5    over: the lease is over, though not in the way that was asked for
  6    unreachable: the service gave no answer; what was asked may still happen
  7    left: instances of ours are still there, or not proved gone (sweep)
  8    differs: the books do not agree (ledger verify)
  130  interrupted: the lease goes on`;

/** Ends the command with a message about how it was called. Never quote a value of --env in it. */
export function usage(message: string): never {
  throw new CommanderError(EXIT.usage, 'gpu-shopper.usage', message);
}

/** Whether commander has told the person already. */
export const isTold = (error: unknown): boolean =>
  error instanceof CommanderError && error.code !== 'gpu-shopper.usage';

function codeOfProblem({ status, limit }: ApiProblem): ExitCode {
  if (limit !== undefined) return EXIT.limit;
  switch (status) {
    case 0:
      return EXIT.unreachable;
    case 400:
      return EXIT.usage;
    case 404:
      return EXIT.notFound;
    default:
      return EXIT.failed;
  }
}

/** The code a command ends with that failed with `error`. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ApiProblem) return codeOfProblem(error);
  if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted;
  return EXIT.failed;
}

/** What a person is told about `error`. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const { detail, requestId } = error;
    return requestId === undefined ? detail : `${detail} (request ${requestId})`;
  }
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'interrupted: what was asked for goes on';
  if (error.name === 'TimeoutError') return 'gave up waiting: the lease goes on';
  return error.message;
}
