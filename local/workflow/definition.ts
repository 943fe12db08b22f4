// Loads a state machine, and refuses with a reason what the engine would run differently from AWS.
// It must never change the definition that it is given: AWS runs the same one.

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

/** The fields of the context object (`$$`) that the engine supports. AWS has more. */
const SUPPORTED_CONTEXT =
  /^\$\$\.(Task\.Token|State\.(Name|EnteredTime|RetryCount)|Execution\.(Id|Name|Input|StartTime))/;

/** Whether the field of this name holds a path or an intrinsic. */
const holdsPath = (key: string): boolean =>
  key.endsWith('.$') || key.endsWith('Path') || key === 'Variable';

/**
 * Renames `$$.Execution`, which the library overwrites. Throws BadConfig for a field of the context
 * object that the engine doesn't support.
 */
function renameContext(path: string): string {
  const unknown = path.split(/(?=\$\$)/).find((part) => {
    return part.startsWith('$$') && !SUPPORTED_CONTEXT.test(part);
  });
  if (unknown !== undefined) {
    throw new Failure(
      'BadConfig',
      `the local engine doesn't support ${unknown} of the context object`,
    );
  }
  return path.replaceAll('$$.Execution.', () => '$$.Workflow.');
}

/** Validates the definition in `text` and rewrites it. */
function load(text: string): Definition {
  const errors = validate(JSON.parse(text)).errorsText('; ');
  if (errors !== '') throw new Failure('BadConfig', `the state machine is invalid: ${errors}`);
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

// Validating a state machine takes about 0.1 s, and tests create hundreds of engines with the same.
let latest: { readonly text: string; readonly definition: Definition } | undefined;

/**
 * Prepares a parsed state machine to run. Throws BadConfig when it isn't valid ASL, or uses
 * something that the engine doesn't support, such as JSONata, a Map, or a resource other than
 * Lambda's invoke.
 */
export function loadDefinition(definition: unknown): Definition {
  const text = JSON.stringify(definition);
  if (latest?.text !== text) latest = { text, definition: load(text) };
  return latest.definition;
}
