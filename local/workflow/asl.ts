// The part of Amazon States Language that the local engine runs, as schemas. It must never accept
// a field that the engine would ignore or get wrong: what isn't named here is refused at load.

import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod/mini';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A state as aws-local-stepfunctions wants it. */
export type LibraryState = StateMachineDefinition['States'][string];
type ChoiceRules = Extract<LibraryState, { Type: 'Choice' }>['Choices'];

/** Has a schema say what it expected: zod/mini brings no messages of its own. */
export const IN_WORDS = { error: z.locales.en().localeError };

const text = z.exactOptional(z.string());
const path = z.exactOptional(z.nullable(z.string()));
const template = z.record(z.string(), z.json());
const wholeSeconds = z.int().check(z.positive());
const errorNames = z.array(z.string()).check(z.minLength(1));

// aws-local-stepfunctions 3.0.0 writes the key "$" for `ResultPath: "$"`, where AWS replaces all.
const resultPath = z.exactOptional(
  z.nullable(z.string().check(z.startsWith('$.', 'a ResultPath is null or starts with "$."'))),
);

const named = { Comment: text, QueryLanguage: z.exactOptional(z.literal('JSONPath')) };
const paths = { InputPath: path, OutputPath: path };
const onward = { Next: text, End: z.exactOptional(z.literal(true)) };
const results = {
  ResultSelector: z.exactOptional(template),
  ResultPath: resultPath,
  OutputPath: path,
};

/** Strips a state to the one field that shapes what goes in. */
export const InputFields = z.object({ InputPath: path });
/** Strips a state to the fields that shape what comes out of its work. */
export const ResultFields = z.object(results);
/** Strips a state without work of its own to the fields that shape what goes through. */
export const PathFields = z.object(paths);

export const Retrier = z.strictObject({
  Comment: text,
  ErrorEquals: errorNames,
  IntervalSeconds: z.exactOptional(wholeSeconds),
  BackoffRate: z.exactOptional(z.number().check(z.gte(1))),
  MaxAttempts: z.exactOptional(z.int().check(z.gte(0))),
  MaxDelaySeconds: z.exactOptional(wholeSeconds),
  JitterStrategy: z.exactOptional(z.enum(['NONE', 'FULL'])),
});
export type Retrier = z.infer<typeof Retrier>;

const Catcher = z.strictObject({
  Comment: text,
  ErrorEquals: errorNames,
  ResultPath: resultPath,
  Next: z.string(),
});

export const CALLBACK_RESOURCE = 'arn:aws:states:::lambda:invoke.waitForTaskToken';

const Task = z.strictObject({
  Type: z.literal('Task'),
  ...named,
  ...onward,
  ...results,
  InputPath: path,
  Resource: z.enum(['arn:aws:states:::lambda:invoke', CALLBACK_RESOURCE]),
  Parameters: z.strictObject({
    FunctionName: text,
    'FunctionName.$': text,
    Payload: z.exactOptional(z.json()),
    'Payload.$': text,
  }),
  TimeoutSeconds: z.exactOptional(wholeSeconds),
  TimeoutSecondsPath: text,
  HeartbeatSeconds: z.exactOptional(wholeSeconds),
  HeartbeatSecondsPath: text,
  Retry: z.exactOptional(z.array(Retrier)),
  Catch: z.exactOptional(z.array(Catcher)),
});
export type Task = z.infer<typeof Task>;

const Wait = z.strictObject({
  Type: z.literal('Wait'),
  ...named,
  ...onward,
  ...paths,
  Seconds: z.exactOptional(z.int().check(z.gte(0))),
  SecondsPath: text,
  Timestamp: text,
  TimestampPath: text,
});
export type Wait = z.infer<typeof Wait>;

/** Whether a rule asks for `Is…: false`, which aws-local-stepfunctions 3.0.0 never matches. */
function asksForNot(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return false;
  return Object.entries(rule).some(
    ([key, value]) => (key.startsWith('Is') && value === false) || asksForNot(value),
  );
}

const Choice = z.strictObject({
  Type: z.literal('Choice'),
  ...named,
  ...paths,
  // The rules are for the library to read; asl-validator has checked their shape.
  Choices: z
    .custom<ChoiceRules>(Array.isArray)
    .check(z.refine((rules) => !asksForNot(rules), 'write Not around an Is… rule, not false')),
  Default: text,
});
export type Choice = z.infer<typeof Choice>;

const Succeed = z.strictObject({ Type: z.literal('Succeed'), ...named, ...paths });

/** Says which type of state is refused; only what the lease's machine may need is run. */
const refusal = ({ input }: { readonly input?: unknown }): string =>
  `a state of type ${Object(input).Type} can't be run; use Task, Wait, Choice or Succeed`;

const State = z.discriminatedUnion('Type', [Task, Wait, Choice, Succeed], { error: refusal });
export type State = z.infer<typeof State>;

/** No `TimeoutSeconds` here: a lease's limits belong on its tasks, where they can be caught. */
export const Machine = z.strictObject({
  ...named,
  Version: text,
  StartAt: z.string(),
  States: z.record(z.string(), State),
});
export type Machine = z.infer<typeof Machine>;
