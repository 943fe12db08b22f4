// The rules of state machines: each finds a violation in a changed copy of the lease's file.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../shared/core/base/failure.ts';
import type { Check, SourceFile } from './source.ts';
import { checkWorkflows } from './workflow.ts';

const errorNames = { known: Object.keys(FAILURES), thrown: [] };
const checkMachines = checkWorkflows(errorNames);
const rulesOf = (check: Check, file: SourceFile): readonly string[] =>
  check([file]).map(({ rule }) => rule);

describe('state machines', () => {
  const path = 'state-machines/lease.asl.json';
  const good = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const withState = (name: string, change: object): SourceFile => {
    const machine = JSON.parse(good);
    machine.States[name] = { ...machine.States[name], ...change };
    return { path, text: JSON.stringify(machine) };
  };
  const choices = [{ Variable: '$.x', IsPresent: true, Next: 'End lease' }];
  const retriers = (error: string) => [{ ErrorEquals: [error], MaxAttempts: 9 }];
  const catchers = (next: string, error = 'States.ALL') => [{ ErrorEquals: [error], Next: next }];

  it.each([
    ['a dangling edge', withState('Serve', { Next: 'Nowhere' }), 'is not valid'],
    ['another language', withState('Serve', { QueryLanguage: 'JSONata' }), 'not valid'],
    ['no timeout', withState('Judge', { TimeoutSeconds: undefined }), 'Judge has no timeout'],
    ['no Retry', withState('Judge', { Retry: [] }), 'Judge has no Retry'],
    ['no Catch in teardown', withState('Settle', { Catch: [] }), 'Settle does not catch'],
    ['a Catch of failures', withState('Judge', { Catch: catchers('End lease') }), 'on States.ALL'],
    [
      'an outcome that is retried',
      withState('Judge', { Catch: catchers('End lease', 'NoOffer') }),
      'Judge catches NoOffer without',
    ],
    ['a retried timeout', withState('Serve', { Retry: retriers('States.Timeout') }), 'ordinary'],
    [
      'a retried missed heartbeat',
      withState('Serve', { Retry: retriers('States.TaskFailed') }),
      'Serve may retry States.HeartbeatTimeout',
    ],
    [
      'a crash that is not retried',
      withState('Judge', { Retry: retriers('States.Timeout') }),
      'Judge does not retry States.TaskFailed',
    ],
    [
      'a timeout that is not retried',
      withState('Judge', { Retry: retriers('States.TaskFailed') }),
      'Judge does not retry States.Timeout',
    ],
    ['a blind Retry', withState('Judge', { Retry: catchers('Judge') }), 'retries States.ALL'],
    ['a way back', withState('Settle', { Catch: catchers('Serve') }), 'Serve is reached from'],
    ['a failure exit', withState('Handed over', { Type: 'Fail' }), 'is of type Fail'],
    ['a choice', withState('Superseded', { Type: 'Choice', Choices: choices }), 'type Choice'],
    ['an early end', withState('Judge', { Next: undefined, End: true }), 'Judge leaves without'],
    ['a short cut', withState('Judge', { Next: 'Handed over' }), 'Judge leaves without'],
    ['a caught exit', withState('Judge', { Catch: catchers('Handed over', 'NoOffer') }), 'NoOffer'],
    ['an unknown error', withState('Judge', { Catch: catchers('Judge', 'Oops') }), 'names Oops'],
    ['an island', withState('Island', { Type: 'Pass', Next: 'Island' }), 'Island is never reached'],
  ])('are found with %s', (_, bad, rule) => {
    expect(rulesOf(checkMachines, bad)).toContainEqual(expect.stringContaining(rule));
  });

  it('name every error that steps throw', () => {
    const check = checkWorkflows({ ...errorNames, thrown: ['Unheard'] });
    expect(rulesOf(check, { path, text: good })).toEqual([
      'does not name Unheard, which steps throw',
    ]);
  });
});
