// The exit codes of commands. Scripts depend on these numbers: add new ones, never change one.

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
  1    failed: the service returned a problem, or the wait timed out
  2    usage: a flag or a value is not valid
  3    refused: the request would exceed a limit
  4    not found: the lease or offer does not exist
  5    over: the lease ended for another reason than the requested one
  6    unreachable: no response from the service; the request may still take effect
  7    left: instances of the deployment remain, or are not proved gone (sweep)
  8    differs: the books do not agree (ledger verify)
  130  interrupted: the lease continues`;

/** Ends the command with a usage error. The message must never quote a value of --env. */
export function usage(message: string): never {
  throw new CommanderError(EXIT.usage, 'gpu-shopper.usage', message);
}

/** Whether commander has already printed the error. */
export const isPrinted = (error: unknown): boolean =>
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

/** The exit code of a command that failed with `error`. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ApiProblem) return codeOfProblem(error);
  if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted;
  return EXIT.failed;
}

/** The message about `error` on standard error. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const { detail, requestId } = error;
    return requestId === undefined ? detail : `${detail} (request ${requestId})`;
  }
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError')
    return 'interrupted: the request may still take effect, and open leases continue';
  if (error.name === 'TimeoutError') return 'timed out waiting: the lease continues';
  return error.message;
}
