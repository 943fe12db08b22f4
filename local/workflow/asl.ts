// Schemas of the part of Amazon States Language that the local engine supports. A field that the
// engine would ignore or run differently from AWS is refused when the definition is loaded.

import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod/mini';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The type of a state in aws-local-stepfunctions. */
export type LibraryState = StateMachineDefinition['States'][string];
type ChoiceRules = Extract<LibraryState, { Type: 'Choice' }>['Choices'];

/** English messages for schemas: zod/mini has none. */
export const IN_WORDS = { error: z.locales.en().localeError };

const text = z.exactOptional(z.string());
const path = z.exactOptional(z.nullable(z.string()));
const template = z.record(z.string(), z.json());
const wholeSeconds = z.int().check(z.positive());
const errorNames = z.array(z.string()).check(z.minLength(1));

// With `ResultPath: "$"`, aws-local-stepfunctions 3.0.0 adds a key "$"; AWS replaces the input.
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

/** The field of a state that selects its input. */
export const InputFields = z.object({ InputPath: path });
/** The fields of a Task that shape its output. */
export const ResultFields = z.object(results);
/** The fields of a Wait, Choice or Succeed that shape its output. */
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

/** Whether a rule has `Is…: false`, which aws-local-stepfunctions 3.0.0 never matches. */
function hasFalseTest(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return false;
  return Object.entries(rule).some(
    ([key, value]) => (key.startsWith('Is') && value === false) || hasFalseTest(value),
  );
}

const Choice = z.strictObject({
  Type: z.literal('Choice'),
  ...named,
  ...paths,
  // The library reads the rules; asl-validator has checked their shape.
  Choices: z
    .custom<ChoiceRules>(Array.isArray)
    .check(z.refine((rules) => !hasFalseTest(rules), 'write Not around an Is… rule, not false')),
  Default: text,
});
export type Choice = z.infer<typeof Choice>;

const Succeed = z.strictObject({ Type: z.literal('Succeed'), ...named, ...paths });

/** The message for a type of state that the engine doesn't support. */
const refusal = ({ input }: { readonly input?: unknown }): string =>
  `a state of type ${Object(input).Type} is not supported; use Task, Wait, Choice or Succeed`;

const State = z.discriminatedUnion('Type', [Task, Wait, Choice, Succeed], { error: refusal });
export type State = z.infer<typeof State>;

/**
 * Without `TimeoutSeconds`: a timeout of the whole execution can't be caught, one of a task can.
 */
export const Machine = z.strictObject({
  ...named,
  Version: text,
  StartAt: z.string(),
  States: z.record(z.string(), State),
});
export type Machine = z.infer<typeof Machine>;
