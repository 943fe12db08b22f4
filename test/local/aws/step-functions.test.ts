// What Step Functions promises less of than its engine: lists of executions lag behind, and events
// of executions that failed may be lost or come twice.

import { describe, expect, it } from 'vitest';
import { openStepFunctions } from '../../../local/aws/step-functions.ts';
import { createVirtualClock } from '../../../local/workflow/clock.ts';
import { createMemoryJournal } from '../../../local/workflow/journal.ts';
import { seconds } from '../../../shared/core/base/time.ts';
import { aLeaseId } from '../../support/builders/base.ts';
import { aCallback, aMachine, named, START, tokenIn } from '../workflow/world.ts';

const id = aLeaseId();

function open() {
  const clock = createVirtualClock(START);
  const tokens: string[] = [];
  const ended: object[] = [];
  const calls: string[] = [];
  const stepFunctions = openStepFunctions({
    definition: aMachine({ Serve: aCallback('serve') }),
    clock,
    journal: createMemoryJournal(),
    invoke: async ({ payload }) => void tokens.push(tokenIn(payload)),
    onCall: (call) => calls.push(call),
    onFailed: (execution) => ended.push(execution),
  });
  const running = async () => [...(await stepFunctions.workflow.running())];
  return { ...stepFunctions, clock, tokens, ended, calls, running };
}

describe('the workflow on the local engine', () => {
  it('starts, lists, keeps alive and wakes executions, and counts its calls', async () => {
    const { workflow, engine, tokens, running, calls } = open();
    expect(await workflow.start(id, 1)).toBe('started');
    await engine.settled();
    expect(await running()).toEqual([`${id}-1`]);
    expect(await workflow.heartbeat(tokens[0] ?? '')).toBe('accepted');
    expect(await workflow.wake(tokens[0] ?? '')).toBe('accepted');
    await engine.settled();
    expect(await running()).toEqual([]);
    const sent = ['SendTaskHeartbeat', 'SendTaskSuccess'];
    expect(calls).toEqual(['StartExecution', 'ListExecutions', ...sent, 'ListExecutions']);
  });
});

describe('a list that lags', () => {
  it('lacks an execution that has just started', async () => {
    const { workflow, setFaults, clock, running } = open();
    setFaults({ listLag: seconds(30) });
    await workflow.start(id, 1);
    expect(await running()).toEqual([]);
    await clock.advanceTo(START + seconds(29));
    expect(await running()).toEqual([]);
    await clock.advanceTo(START + seconds(30));
    expect(await running()).toEqual([`${id}-1`]);
  });

  it('still shows one that has just ended', async () => {
    const { workflow, engine, setFaults, clock, tokens, running } = open();
    await workflow.start(id, 1);
    await clock.advanceTo(START + seconds(100));
    await workflow.wake(tokens[0] ?? '');
    await engine.settled();
    setFaults({ listLag: seconds(30) });
    expect(await running()).toEqual([`${id}-1`]);
    await clock.advanceTo(START + seconds(130));
    expect(await running()).toEqual([]);
  });
});

describe('the event of an execution that failed', () => {
  it.each([
    ['once', 1],
    ['lost', 0],
    ['twice', 2],
  ] as const)('comes %s', async (events, times) => {
    const { workflow, engine, setFaults, tokens, ended } = open();
    setFaults({ events });
    await workflow.start(id, 1);
    await engine.settled();
    engine.fail(tokens[0] ?? '', named('ProviderDown').name, '');
    await engine.settled();
    expect(engine.describe(`${id}-1`)?.status).toBe('FAILED');
    expect(ended).toEqual(Array(times).fill({ name: `${id}-1`, status: 'FAILED' }));
  });
});
