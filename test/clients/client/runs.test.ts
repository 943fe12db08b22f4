// Waits for a run, against a server whose run moves on with each read.

import { describe, expect, it } from 'vitest';
import { resultOf } from '../../../clients/cli/runs.ts';
import type { Run } from '../../../clients/client/replies.ts';
import { policy } from '../../../shared/core/base/policy/policy.ts';
import { REPLIES } from '../replies.ts';
import { inTurn, serveScript } from './scripted.ts';

const done: Run = { ...REPLIES.sweepProvider, failure: null };
const requested: Run = { ...done, state: 'requested', endedAt: null, result: null };
const failed: Run = { ...done, state: 'failed', failure: 'it broke', result: null };
const replies = (...runs: readonly Run[]) => inTurn(...runs.map((body) => ({ body })));

const { signal } = new AbortController();
const take = (run: Run) => (run.kind === 'sweep' ? run.result : null);

describe('waiting for a run', () => {
  it('reads it until it is ended, less and less often', async () => {
    const { client, pauses, asked } = await serveScript(replies(requested, requested, done));
    expect(await client.waitForRun(requested)).toEqual(done);
    expect(asked.map(({ route }) => route)).toEqual(['readRun', 'readRun', 'readRun']);
    expect(pauses).toEqual([250, 375, 562.5]);
  });

  it('reads nothing when it is ended already', async () => {
    const { client, asked } = await serveScript(replies(requested));
    expect(await client.waitForRun(done)).toEqual(done);
    expect(asked).toEqual([]);
  });

  it('stops after the reads of the policy, and returns the run as it is', async () => {
    const { client, asked } = await serveScript(replies(requested));
    expect(await client.waitForRun(requested)).toEqual(requested);
    expect(asked).toHaveLength(policy.run.maxReads);
  });
});

describe('the result of a run', () => {
  it('is what its function found', async () => {
    const { client } = await serveScript(replies(done));
    expect(await resultOf({ client, signal }, requested, take)).toEqual(done.result);
  });

  it('is an error when the run failed, or has not ended', async () => {
    const { client } = await serveScript(replies(requested));
    const { id } = requested;
    await expect(resultOf({ client, signal }, failed, take)).rejects.toThrow(
      `run ${id} failed: it broke`,
    );
    await expect(resultOf({ client, signal }, requested, take)).rejects.toThrow(
      `run ${id} is requested; read it later with: gpu-shopper run ${id}`,
    );
  });
});
