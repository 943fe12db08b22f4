// How single states handle their input, their result and their errors.

import { describe, expect, it } from 'vitest';
import { aMachine, aTask, aWorld, named } from './world.ts';

const Done = { Type: 'Succeed' };

async function ran(definition: unknown, input: unknown, functions = {}) {
  const world = aWorld({ definition, functions });
  await world.begin(input);
  return world.engine.describe('run');
}

describe('Choice', () => {
  const definition = aMachine({
    Route: {
      Type: 'Choice',
      InputPath: '$.lease',
      Choices: [
        { Variable: '$.rate', NumericGreaterThan: 10, Next: 'Dear' },
        { Not: { Variable: '$.gpu', IsPresent: true }, Next: 'Unknown' },
      ],
      Default: 'Fine',
    },
    Dear: Done,
    Unknown: Done,
    Fine: Done,
  });

  it.each([
    ['Dear', { rate: 11 }],
    ['Unknown', { rate: 1 }],
    ['Fine', { rate: 1, gpu: 'H100' }],
  ])('leads to %s and passes its effective input on', async (state, lease) => {
    expect(await ran(definition, { lease })).toMatchObject({
      states: ['Route', state],
      output: lease,
    });
  });

  it('without a match fails the execution', async () => {
    const Choices = [{ Variable: '$.rate', NumericEquals: 1, Next: 'Done' }];
    const only = aMachine({ Route: { Type: 'Choice', Choices }, Done });
    expect(await ran(only, { rate: 2 })).toMatchObject({ error: 'States.NoChoiceMatched' });
  });

  it('by a path that does not exist fails the execution', async () => {
    expect(await ran(definition, { lease: {} })).toMatchObject({ error: 'States.Runtime' });
  });
});

describe('Succeed', () => {
  it('shapes its output', async () => {
    const definition = aMachine({
      Over: { Type: 'Succeed', InputPath: '$.lease', OutputPath: '$.name' },
    });
    expect(await ran(definition, { lease: { name: 'a1' } })).toMatchObject({ output: 'a1' });
  });
});

describe('an intrinsic', () => {
  const shaping = (intrinsic: string) =>
    aMachine({
      Work: aTask('work', {
        Parameters: { FunctionName: 'work', Payload: { 'it.$': intrinsic } },
        ResultSelector: { 'it.$': '$.Payload.it' },
        End: true,
      }),
    });
  const functions = { work: (payload: unknown) => payload };

  it('shapes the payload of a function', async () => {
    const definition = shaping("States.Format('{}-{}', $.id, $.generation)");
    expect(await ran(definition, { id: 'a1', generation: 2 }, functions)).toMatchObject({
      output: { it: 'a1-2' },
    });
  });

  it('that cannot use its input fails the execution', async () => {
    const definition = shaping('States.StringToJson($.text)');
    expect(await ran(definition, { text: '{no json' })).toMatchObject({ error: 'States.Runtime' });
  });
});

describe('Catch', () => {
  const throwing = (name: string) => ({
    work: () => {
      throw named(name, 'sorry');
    },
  });
  const Catch = [
    { ErrorEquals: ['OfferGone'], Next: 'Other' },
    { ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'Kept' },
  ];
  const definition = aMachine({
    Work: aTask('work', { Catch, End: true }),
    Other: Done,
    Kept: Done,
  });

  it('puts the error at its ResultPath', async () => {
    expect(await ran(definition, { id: 'a1' }, throwing('StoreDown'))).toMatchObject({
      states: ['Work', 'Kept'],
      output: {
        id: 'a1',
        error: { Error: 'StoreDown', Cause: '{"errorMessage":"sorry","errorType":"StoreDown"}' },
      },
    });
  });

  it('uses the first catcher that names the error, whose output is the error', async () => {
    expect(await ran(definition, { id: 'a1' }, throwing('OfferGone'))).toMatchObject({
      states: ['Work', 'Other'],
      output: { Error: 'OfferGone' },
    });
  });

  it('handles a result that does not fit into the input', async () => {
    const catchAll = [{ ErrorEquals: ['States.ALL'], Next: 'Kept' }];
    const Work = aTask('work', { ResultPath: '$.result', Catch: catchAll, End: true });
    expect(await ran(aMachine({ Work, Kept: Done }), 'no object')).toMatchObject({
      output: { Error: 'States.ResultPathMatchFailure' },
    });
  });

  it('whose error does not fit into the input either fails the execution', async () => {
    expect(await ran(definition, 'no object', throwing('StoreDown'))).toMatchObject({
      status: 'FAILED',
      error: 'States.ResultPathMatchFailure',
    });
  });

  it('never handles an error of the state machine itself', async () => {
    const ResultSelector = { 'x.$': '$.Payload.nothing.here' };
    const catchAll = [{ ErrorEquals: ['States.ALL'], Next: 'Kept' }];
    const Work = aTask('work', { ResultSelector, Catch: catchAll, End: true });
    expect(await ran(aMachine({ Work, Kept: Done }), {})).toMatchObject({
      error: 'States.Runtime',
      states: ['Work'],
    });
  });
});
