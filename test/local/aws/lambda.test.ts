// The failures of functions on Lambda, and the error and cause that Step Functions reports.

import { describe, expect, it } from 'vitest';
import { createLambda, type FunctionFault } from '../../../local/aws/lambda.ts';
import { createVirtualClock } from '../../../local/workflow/clock.ts';
import { seconds } from '../../../shared/core/base/time.ts';
import { aMachine, aTask, aWorld, START } from '../workflow/world.ts';

const ID = '[0-9a-f-]{36}';

/** Runs a state machine that calls one function, with a fault; the function counts its effects. */
async function run(fault?: FunctionFault, name = 'judge') {
  let effects = 0;
  const clock = createVirtualClock(START);
  const lambda = createLambda(clock);
  if (fault !== undefined) lambda.addFault(fault);
  const call = { functionName: 'step-decide', name, payload: {} } as const;
  const work = async () => {
    effects += 1;
    return 'done';
  };
  const Work = aTask('work', { OutputPath: '$.Payload', End: true });
  const world = aWorld({
    definition: aMachine({ Work }),
    functions: { work: () => lambda.invoke(call, work) },
  });
  await world.begin();
  await clock.advanceTo(START + seconds(60) - 1);
  const before = world.engine.describe('run')?.status;
  await clock.advanceTo(START + seconds(60));
  const { status, error = '', cause = '', output } = world.engine.describe('run') ?? {};
  return { effects, before, status, error, cause, output };
}

const broken = (fails: FunctionFault['fails'], more: Partial<FunctionFault> = {}) =>
  run({ function: 'step-decide', fails, when: 'before', ...more });

describe('a function without a fault', () => {
  it('is called once and returns', async () => {
    expect(await run()).toMatchObject({ effects: 1, status: 'SUCCEEDED', output: 'done' });
  });
});

describe('a function that times out', () => {
  it('fails as Sandbox.Timedout at its timeout, with the request id', async () => {
    const { before, error, cause, effects } = await broken('timeout');
    expect([before, error, effects]).toEqual(['RUNNING', 'Sandbox.Timedout', 0]);
    expect(JSON.parse(cause)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        `^RequestId: ${ID} Error: Task timed out after 60.00 seconds$`,
      ),
    });
  });

  it('may have had its effect', async () => {
    const { error, effects } = await broken('timeout', { when: 'after' });
    expect([error, effects]).toEqual(['Sandbox.Timedout', 1]);
  });

  it('times out without a fault when it hangs', async () => {
    const clock = createVirtualClock(START);
    const lambda = createLambda(clock);
    const call = { functionName: 'api-menu', name: 'listOffers', payload: {} } as const;
    const hanging = lambda.invoke(call, () => new Promise(() => {}));
    const outcome = expect(hanging).rejects.toHaveProperty('name', 'Sandbox.Timedout');
    await clock.advanceTo(START + seconds(29));
    await outcome;
  });
});

describe('on a clock that is faster than real time', () => {
  it('functions have their timeout in real time', async () => {
    const clock = createVirtualClock(START);
    const { afterReal } = clock;
    const lambda = createLambda({ ...clock, afterReal: (ms, fire) => afterReal(10 * ms, fire) });
    const call = { functionName: 'api-menu', name: 'listOffers', payload: {} } as const;
    let ended = false;
    const hanging = lambda
      .invoke(call, () => new Promise(() => {}))
      .catch(() => {
        ended = true;
      });
    await clock.advanceTo(START + 10 * seconds(29) - 1);
    expect(ended).toBe(false);
    await clock.advanceTo(START + 10 * seconds(29));
    await hanging;
    expect(ended).toBe(true);
  });
});

describe('a function whose process ends', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('%s its effect fails as Runtime.ExitError at once', async (when, count) => {
    const { before, error, cause, effects } = await broken('exit', { when });
    expect([before, error, effects]).toEqual(['FAILED', 'Runtime.ExitError', count]);
    expect(JSON.parse(cause)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(
        `^RequestId: ${ID} Error: Runtime exited with error: signal: killed$`,
      ),
    });
  });
});

describe('a failure for which Lambda returns no error type', () => {
  it('is Lambda.Unknown, with the payload in its cause', async () => {
    const { error, cause, effects } = await broken('unknown', { when: 'after' });
    expect([error, effects]).toEqual(['Lambda.Unknown', 1]);
    expect(cause).toMatch(
      /^The cause could not be determined because Lambda did not return an error type\. Returned payload: {"errorMessage":".+ Task timed out after 60\.00 seconds"}$/,
    );
  });
});

describe('a throttled call', () => {
  it('is Lambda.TooManyRequestsException and never runs', async () => {
    const { error, cause, effects } = await broken('throttle', { when: 'after' });
    expect([error, effects]).toEqual(['Lambda.TooManyRequestsException', 0]);
    expect(cause).toMatch(
      /^Rate Exceeded\. \(Service: Lambda, Status Code: 429, Request ID: .+\)$/,
    );
  });
});

describe('a fault', () => {
  it('applies to one function', async () => {
    const fault = { function: 'work-list', fails: 'exit', when: 'before' } as const;
    expect(await run(fault)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('may apply to one step of a function', async () => {
    const fault = {
      function: 'step-decide',
      step: 'judge',
      fails: 'exit',
      when: 'before',
    } as const;
    expect(await run(fault, 'serve')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run(fault, 'judge')).toMatchObject({ error: 'Runtime.ExitError' });
  });

  it('applies once by default', async () => {
    const lambda = createLambda(createVirtualClock(START));
    lambda.addFault({ function: 'timer-books', fails: 'exit', when: 'before' });
    lambda.addFault({ function: 'timer-books', fails: 'throttle', when: 'before', times: 2 });
    const call = { functionName: 'timer-books', name: 'timer-books', payload: {} } as const;
    const outcomes: string[] = [];
    for (let nth = 1; nth <= 4; nth += 1) {
      const called = lambda.invoke(call, async () => 'done');
      outcomes.push(await called.then(String, ({ name }) => name));
    }
    const throttled = 'Lambda.TooManyRequestsException';
    expect(outcomes).toEqual(['Runtime.ExitError', throttled, throttled, 'done']);
  });
});
