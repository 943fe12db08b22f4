#!/usr/bin/env node
// `gpu-shopper`: the service on a command line. It says how a command went by its exit code, and
// never exits before what it has printed is written.

import { runWork } from './context.ts';
import { EXIT, type ExitCode, exitCodeOf, isTold, messageOf } from './exit-codes.ts';
import { createProgram } from './program.ts';

const interrupt = new AbortController();
// A second Ctrl-C ends the process at once.
process.once('SIGINT', () => interrupt.abort());
// Who reads us has seen enough, as `head` has.
process.stdout.on('error', () => process.exit());

let exitCode: ExitCode = EXIT.ok;
const program = createProgram({
  run: async (command, work) => {
    exitCode = await runWork(command, work, interrupt.signal);
  },
});
try {
  await program.parseAsync();
} catch (error) {
  if (!isTold(error)) process.stderr.write(`gpu-shopper: ${messageOf(error)}\n`);
  exitCode = exitCodeOf(error);
}
process.exitCode = exitCode;
