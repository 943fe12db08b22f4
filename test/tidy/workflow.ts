// The rules of state machines: no step can skip the teardown of a lease, and the code and the state
// machine use the same error names.

import validate from 'asl-validator/dist/src/validator.js';
import { lastResort, Machine, type Named, reachable, statesOf } from './asl.ts';
import { type Check, lineAt, type SourceFile, type Violation } from './source.ts';

const DOOR = 'End lease';
/** The only error that ends an execution without teardown: a newer execution drives the lease. */
const HANDED_ON = 'Superseded';
/** No Fail: an execution must not fail. No Choice: outcomes are caught by name. */
const TYPES = ['Task', 'Succeed', 'Wait'];

export type ErrorNames = {
  /** All failure names. */
  readonly known: readonly string[];
  /** The names that steps throw, which the state machine must catch or retry. */
  readonly thrown: readonly string[];
};

/** A violated rule, and the state that violates it, if any. */
type Fault = { readonly state?: string; readonly rule: string };

const isPlatforms = (name: string): boolean => /^(?:States|Lambda|Sandbox|Runtime)\./.test(name);

const isTask = ({ Type }: Named): boolean => Type === 'Task';

/** Rules for every state. */
function stateFaults(state: Named): readonly string[] {
  const faults: string[] = [];
  if (!TYPES.includes(state.Type)) faults.push(`is of type ${state.Type}, which is not used here`);
  if ((state.QueryLanguage ?? 'JSONPath') !== 'JSONPath') faults.push('must be in JSONPath');
  if (!isTask(state)) return faults;
  if (state.TimeoutSeconds === undefined && state.TimeoutSecondsPath === undefined)
    faults.push('has no timeout');
  if (state.Retry.length === 0) faults.push('has no Retry');
  return faults;
}

/** Transitions out of the state machine that skip teardown. */
function exitFaults(machine: Machine, { Next, Catch }: Named): readonly string[] {
  const ends = (name: string): boolean => machine.States[name]?.Type === 'Succeed';
  const excused = Catch.filter(({ ErrorEquals }) =>
    ErrorEquals.every((name) => name === HANDED_ON),
  );
  const others = Catch.filter((catcher) => !excused.includes(catcher));
  const faults = others
    .filter((catcher) => ends(catcher.Next))
    .map(({ ErrorEquals }) => `leaves without teardown on ${ErrorEquals.join(', ')}`);
  return Next === undefined || ends(Next) ? [...faults, 'leaves without teardown'] : faults;
}

const TIMEOUTS = ['States.Timeout', 'States.HeartbeatTimeout'];

const isCallbackWait = ({ Resource }: Named): boolean => Resource.endsWith('.waitForTaskToken');

/** Where a timeout is an ordinary outcome, a retrier that repeats it would never let it happen. */
const timeoutFaults = (retried: readonly string[]): readonly string[] =>
  TIMEOUTS.filter((name) => retried.includes(name)).map(
    (name) => `retries ${name}, which is an ordinary outcome of a callback wait`,
  );

/**
 * Rules for tasks before teardown: the state's own outcomes are never retried, all other errors
 * are, and only outcomes that a step decided on end the lease.
 */
function liveFaults(state: Named): readonly string[] {
  const namesOf = (isRetried: boolean): readonly string[] =>
    state.Retry.filter(({ MaxAttempts }) => (MaxAttempts !== 0) === isRetried).flatMap(
      ({ ErrorEquals }) => ErrorEquals,
    );
  const [never, retried] = [namesOf(false), namesOf(true)];
  const outcomes = state.Catch.flatMap(({ ErrorEquals }) => ErrorEquals);
  const ending = state.Catch.filter(({ Next }) => Next === DOOR);
  const undecided = ending.flatMap(({ ErrorEquals }) => ErrorEquals).filter(isPlatforms);
  const first = state.Retry[0]?.MaxAttempts === 0;
  const required = isCallbackWait(state)
    ? ['States.TaskFailed']
    : ['States.TaskFailed', TIMEOUTS[0] ?? ''];
  const unretried = required.filter((name) => !retried.includes(name));
  return [
    ...outcomes
      .filter((name) => !first || !never.includes(name))
      .map((name) => `catches ${name} without a first retrier that never retries it`),
    ...undecided.map((name) => `ends the lease on ${name}, which no step decided`),
    ...unretried.map((name) => `does not retry ${name}`),
    ...(retried.includes('States.ALL') ? ['retries States.ALL: it would hide an outcome'] : []),
    ...(isCallbackWait(state) ? timeoutFaults(retried) : []),
    // The guide excludes only States.Timeout from States.TaskFailed.
    ...(isCallbackWait(state) && !never.includes('States.HeartbeatTimeout')
      ? ['may retry States.HeartbeatTimeout as States.TaskFailed']
      : []),
  ];
}

/** Rules for tasks of teardown. */
const teardownFaults = (state: Named): readonly string[] =>
  lastResort(state) === undefined ? ['does not catch States.ALL last'] : [];

/** No state of teardown may lead back to an earlier state. */
function wayFaults(machine: Machine): readonly Fault[] {
  const live = reachable(machine, machine.StartAt, DOOR);
  const teardown = reachable(machine, DOOR);
  return statesOf(machine).flatMap((state) => {
    const isLive = live.has(state.name);
    const isTeardown = teardown.has(state.name);
    const rules: string[] = [];
    if (isLive && state.Type !== 'Succeed') rules.push(...exitFaults(machine, state));
    if (isLive && isTask(state)) rules.push(...liveFaults(state));
    if (isTeardown && isTask(state)) rules.push(...teardownFaults(state));
    if (!isLive && !isTeardown) rules.push('is never reached');
    if (isLive && isTeardown && state.Type !== 'Succeed') rules.push('is reached from teardown');
    return rules.map((rule) => ({ state: state.name, rule }));
  });
}

function nameFaults(machine: Machine, { known, thrown }: ErrorNames): readonly Fault[] {
  const named = statesOf(machine).flatMap(({ name, Retry, Catch }) =>
    [...Retry, ...Catch].flatMap(({ ErrorEquals }) =>
      ErrorEquals.map((error) => ({ state: name, error })),
    ),
  );
  const unknown = named.filter(({ error }) => !isPlatforms(error) && !known.includes(error));
  const missing = thrown.filter((name) => !named.some(({ error }) => error === name));
  return [
    ...unknown.map(({ state, error }) => ({ state, rule: `names ${error}, which no step throws` })),
    ...missing.map((error) => ({ rule: `does not name ${error}, which steps throw` })),
  ];
}

function machineFaults(machine: Machine, names: ErrorNames): readonly Fault[] {
  const states = statesOf(machine).flatMap((state) =>
    stateFaults(state).map((rule) => ({ state: state.name, rule })),
  );
  const language = machine.QueryLanguage === 'JSONPath' ? [] : [{ rule: 'must be in JSONPath' }];
  return [...language, ...states, ...wayFaults(machine), ...nameFaults(machine, names)];
}

function violationsOf(file: SourceFile, names: ErrorNames): readonly Violation[] {
  const { path, text } = file;
  const errors = validate(JSON.parse(text)).errorsText('; ');
  const parsed = Machine.safeParse(JSON.parse(text));
  if (errors !== '' || !parsed.success) return [{ path, line: 1, rule: `is not valid: ${errors}` }];
  return machineFaults(parsed.data, names).map(({ state, rule }) => ({
    path,
    line: lineAt(text, Math.max(0, text.indexOf(`"${state}": {`))),
    rule: state === undefined ? rule : `${state} ${rule}`,
  }));
}

/** State machines that violate a rule; `names` are those of the failure table. */
export const checkWorkflows =
  (names: ErrorNames): Check =>
  (files) =>
    files
      .filter(({ path }) => /^state-machines\/.*\.asl\.json$/.test(path))
      .flatMap((file) => violationsOf(file, names));
