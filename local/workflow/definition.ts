// Loads a state machine and refuses, with a reason, whatever the engine would get wrong. It must
// never change the definition it is given: AWS runs the same one.

import validate from 'asl-validator/dist/src/validator.js';
import * as z from 'zod/mini';
import { Failure } from '../../shared/core/base/failure.ts';
import { IN_WORDS, Machine } from './asl.ts';
import type { Step } from './steps.ts';
import { stepOf } from './steps.ts';

export type Definition = {
  readonly startAt: string;
  readonly steps: ReadonlyMap<string, Step>;
};

/** What the engine tells in `$$`. More exists on AWS. */
const KNOWN_CONTEXT =
  /^\$\$\.(Task\.Token|State\.(Name|EnteredTime|RetryCount)|Execution\.(Id|Name|Input|StartTime))/;

/** Whether the field of this name holds a path or an intrinsic. */
const holdsPath = (key: string): boolean =>
  key.endsWith('.$') || key.endsWith('Path') || key === 'Variable';

/** Moves `$$.Execution` out of the library's reach. Throws BadConfig for an unknown context. */
function renameContext(path: string): string {
  const unknown = path.split(/(?=\$\$)/).find((part) => {
    return part.startsWith('$$') && !KNOWN_CONTEXT.test(part);
  });
  if (unknown !== undefined) {
    throw new Failure('BadConfig', `the local engine knows no ${unknown} in the context object`);
  }
  return path.replaceAll('$$.Execution.', () => '$$.Workflow.');
}

/** The machine in `text`, checked and rewritten. */
function load(text: string): Definition {
  const faults = validate(JSON.parse(text)).errorsText('; ');
  if (faults !== '') throw new Failure('BadConfig', `the state machine is invalid: ${faults}`);
  const definition: unknown = JSON.parse(text, (key, value: unknown) =>
    typeof value === 'string' && holdsPath(key) ? renameContext(value) : value,
  );
  const machine = Machine.safeParse(definition, IN_WORDS);
  if (!machine.success) {
    const reasons = z.prettifyError(machine.error);
    throw new Failure('BadConfig', `the local engine can't run this state machine: ${reasons}`);
  }
  const { StartAt, States } = machine.data;
  const steps = Object.entries(States).map(([name, state]) => [name, stepOf(state)] as const);
  return { startAt: StartAt, steps: new Map(steps) };
}

// Validating a machine of a dozen states takes about 0.1 s, and tests make hundreds of engines.
let latest: { readonly text: string; readonly definition: Definition } | undefined;

/**
 * Makes a parsed state machine ready to run. Throws BadConfig when it isn't valid ASL, or uses what
 * the engine doesn't support: JSONata, a Map or a Fail, other resources than Lambda's invoke, …
 */
export function loadDefinition(definition: unknown): Definition {
  const text = JSON.stringify(definition);
  if (latest?.text !== text) latest = { text, definition: load(text) };
  return latest.definition;
}
