// Which definitions the engine refuses, with a reason, and the fields of the context object.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDefinition } from '../../../local/workflow/definition.ts';
import { aCallback, aMachine, aTask, aWorld, START, seconds } from './world.ts';

const withTask = (more: object) => aMachine({ Work: aTask('work', { End: true, ...more }) });
const withEnd = (more: object) => aMachine({ Done: { Type: 'Succeed', ...more } });
const withRule = (rule: object) =>
  aMachine({
    Route: { Type: 'Choice', Choices: [{ ...rule, Next: 'Done' }], Default: 'Done' },
    Done: { Type: 'Succeed' },
  });
const asPayload = (path: string) =>
  withTask({ Parameters: { FunctionName: 'work', Payload: { 'it.$': path } } });

describe('a definition is refused', () => {
  it.each([
    ['with a state nothing leads to', { ...withEnd({}), StartAt: 'Nowhere' }, /invalid/],
    ['with a limit for the whole execution', { ...withEnd({}), TimeoutSeconds: 9 }, /TimeoutSec/],
    ['in JSONata', { ...withEnd({}), QueryLanguage: 'JSONata' }, /QueryLanguage/],
    ['with variables', withTask({ Assign: { x: 1 } }), /Assign/],
    ['with ResultPath "$"', withTask({ ResultPath: '$' }), /ResultPath/],
    [
      'with ResultPath "$" in a catcher',
      aMachine({
        Work: aTask('work', {
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$', Next: 'Done' }],
          End: true,
        }),
        Done: { Type: 'Succeed' },
      }),
      /ResultPath/,
    ],
    [
      'with another resource',
      withTask({ Resource: 'arn:aws:states:::sqs:sendMessage' }),
      /Resource/,
    ],
    [
      'with parameters that the engine would ignore',
      withTask({ Parameters: { FunctionName: 'work', InvocationType: 'Event' } }),
      /InvocationType/,
    ],
    ['with a Pass', aMachine({ It: { Type: 'Pass', End: true } }), /of type Pass .*States\.It/s],
    ['with a Fail', aMachine({ It: { Type: 'Fail' } }), /of type Fail .*States\.It/s],
    [
      'with a Map',
      aMachine({ It: { Type: 'Map', ItemProcessor: withEnd({}), End: true } }),
      /of type Map .*States\.It/s,
    ],
    [
      'with a Parallel',
      aMachine({ It: { Type: 'Parallel', Branches: [withEnd({})], End: true } }),
      /of type Parallel .*States\.It/s,
    ],
    ['with a rule of Is… false', withRule({ Variable: '$.x', IsPresent: false }), /write Not/],
    [
      'with a nested rule of Is… false',
      withRule({ And: [{ Variable: '$.x', IsNull: false }] }),
      /write Not/,
    ],
    ['with a context it cannot tell', asPayload('$$.StateMachine.Id'), /StateMachine\.Id/],
    ['with all of the context', asPayload('$$'), /context object/],
    [
      'with an unknown context in an intrinsic',
      asPayload("States.Format('{}', $$.Map.Item)"),
      /Map/,
    ],
  ])('%s', (_, definition, reason) => {
    const load = () => loadDefinition(definition);
    expect(load).toThrow(expect.objectContaining({ name: 'BadConfig' }));
    expect(load).toThrow(reason);
  });
});

describe('a definition', () => {
  it('is not changed', () => {
    const definition = asPayload('$$.Execution.Name');
    const before = structuredClone(definition);
    loadDefinition(definition);
    expect(definition).toEqual(before);
  });

  it('that runs leases is supported', () => {
    const text = readFileSync(
      new URL('../../../state-machines/lease.asl.json', import.meta.url),
      'utf8',
    );
    expect(loadDefinition(JSON.parse(text)).startAt).toBe('Choose offer');
  });
});

describe('the context object', () => {
  it('has execution, state and token, by the clock of the engine', async () => {
    const Payload = {
      'token.$': '$$.Task.Token',
      'id.$': '$$.Execution.Id',
      'name.$': '$$.Execution.Name',
      'input.$': '$$.Execution.Input.leaseId',
      'started.$': '$$.Execution.StartTime',
      'state.$': '$$.State.Name',
      'entered.$': '$$.State.EnteredTime',
      'text.$': "States.Format('{}/{}', $$.Execution.Name, $$.State.RetryCount)",
    };
    const definition = aMachine({
      Pause: { Type: 'Wait', Seconds: 60, OutputPath: '$.rest', Next: 'Serve' },
      Serve: aCallback('serve', { Parameters: { FunctionName: 'serve', Payload }, End: true }),
    });
    const world = aWorld({ definition });
    await world.begin({ leaseId: 'a1', rest: {} });
    await world.clock.advanceTo(START + seconds(60));
    expect(world.calls[0]?.payload).toEqual({
      token: 'token-1',
      id: 'arn:aws:states:local:000000000000:execution:local:run',
      name: 'run',
      input: 'a1',
      started: '2026-11-21T12:00:00.000Z',
      state: 'Serve',
      entered: '2026-11-21T12:01:00.000Z',
      text: 'run/0',
    });
  });

  it('can be used in a Choice', async () => {
    const definition = withRule({ Variable: '$$.Execution.Input.leaseId', StringEquals: 'a1' });
    const world = aWorld({ definition });
    await world.begin({ leaseId: 'a1' });
    expect(world.engine.describe('run')?.states).toEqual(['Route', 'Done']);
  });
});
