// The dispatcher of the workflow's steps: which step runs, and what happens when it takes too long.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { handler as stepChoose } from '../../functions/step-choose.ts';
import { handler as stepDecide } from '../../functions/step-decide.ts';
import { within } from '../../shared/app/runtime.ts';
import { STEP_NAMES } from '../../shared/core/base/functions.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { leaseWorld } from '../support/worlds/lease.ts';

const run = promisify(execFile);

/** Runs `launch`, which never returns, and lets `seconds` pass on a simulated clock. */
const HANGING = (seconds: number) => `
  import { mock } from 'node:test';
  mock.timers.enable({ apis: ['setTimeout'] });
  const { step, steps } = await import('./functions/wrap/steps.ts');
  const { StepInput } = await import('./shared/api/requests/functions.ts');
  const forever = () => () => new Promise(() => undefined);
  const never = step(StepInput, forever);
  const handler = steps({ launch: never, destroy: never });
  const event = { step: 'launch', leaseId: 'k3v9x0c2m5n8q1w4e7r6', generation: 1 };
  void handler(event, { functionName: 'test' }).finally(() => console.log('answered'));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  mock.timers.tick(${seconds} * 1_000);
  await settle();
  console.log('alive');
  process.exit(0);
`;

const launching = (seconds: number) =>
  run(process.execPath, ['--input-type=module', '--eval', HANGING(seconds)], {
    env: { ...process.env, GPU_SHOPPER_DEPLOYMENT_ID: 'test' },
  });

const BUDGET = policy.stepBudget.launch / 1_000;

describe('a step', () => {
  it('that takes longer than its budget ends the process, without an answer', async () => {
    await expect(launching(BUDGET)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`budget of ${BUDGET} s`),
    });
  });

  it('within its budget leaves the process alone', async () => {
    expect(await launching(BUDGET - 1)).toMatchObject({ stdout: 'alive\n' });
  });

  it('of another function is refused', async () => {
    const world = await leaseWorld();
    const event = { step: 'launch', leaseId: 'k3v9x0c2m5n8q1w4e7r6', generation: 1 };
    const call = () => stepDecide(event, { functionName: 'test' } as never);
    await expect(within(world.service.runtime, call)).rejects.toMatchObject({ field: 'step' });
    await world.close();
  });

  it('that chooses an offer pages when it fails for more than the lack of a menu', async () => {
    const pages: (string | undefined)[] = [];
    const log = ({ kind, message }: LogLine) => void (kind === 'page' && pages.push(message));
    const world = await leaseWorld({ log });
    const lease = { leaseId: 'k3v9x0c2m5n8q1w4e7r6', generation: 1 };
    const event = { step: 'choose', ...lease, failures: policy.step.pageAfter };
    const call = () => stepChoose(event, { functionName: 'test' } as never);
    await expect(within(world.service.runtime, call)).rejects.toMatchObject({ name: 'NotFound' });
    expect(pages).toEqual([`failing-step: step choose of lease ${lease.leaseId} failed 3 times`]);
    await world.close();
  });

  it('that takes longer than its budget locally fails as an ended process does', async () => {
    const world = await leaseWorld();
    const { endAfter } = world.service.runtime;
    const forever = () => new Promise<never>(() => undefined);
    const failed = endAfter(policy.stepBudget.judge, forever).catch((error) => error.name);
    await world.pass(policy.stepBudget.judge);
    expect(await failed).toBe('Runtime.ExitError');
    await world.close();
  });
});

it('every step has a budget of its own', () => {
  expect(Object.keys(policy.stepBudget)).toEqual(STEP_NAMES);
});
