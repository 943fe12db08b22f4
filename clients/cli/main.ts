#!/usr/bin/env node
// `gpu-shopper`: the command line of the service. It reports the result of a command by its exit
// code, and exits only after all output is written.

import { runWork } from './context.ts';
import { EXIT, type ExitCode, exitCodeOf, isPrinted, messageOf } from './exit-codes.ts';
import { createProgram } from './program.ts';

const interrupt = new AbortController();
// A second Ctrl-C ends the process at once.
process.once('SIGINT', () => interrupt.abort());
// The reader of the pipe is gone, as after `| head`.
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
  if (!isPrinted(error)) process.stderr.write(`gpu-shopper: ${messageOf(error)}\n`);
  exitCode = exitCodeOf(error);
}
process.exitCode = exitCode;
