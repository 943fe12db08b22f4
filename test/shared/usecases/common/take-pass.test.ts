// Passes of one gate, for callers that know nothing of each other. Time moves only in pauses.

import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryGates } from '../../../../shared/adapters/memory-gates.ts';
import { Failure } from '../../../../shared/core/base/failure.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  type EpochMs,
  after as later,
  minutes,
  seconds,
} from '../../../../shared/core/base/time.ts';
import type { CallClass } from '../../../../shared/core/instance/card.ts';
import { newGate } from '../../../../shared/core/instance/gate.ts';
import { createPasses, type PassPorts } from '../../../../shared/usecases/common/take-pass.ts';
import { at } from '../../../support/builders/base.ts';
import { aCard } from '../../../support/builders/sightings.ts';

/** One second and the margin. */
const STEP = 1_500;
const ORIGIN = at('12:00');

let now: EpochMs;
let pages: string[];
let ports: PassPorts;
const take = (callClass: CallClass) => createPasses(ports).take('vastai', callClass);

beforeEach(() => {
  now = ORIGIN;
  pages = [];
  ports = {
    gates: createMemoryGates(),
    clock: { now: () => now },
    pause: async (length) => {
      now = later(now, length);
    },
    cardOf: () => aCard(),
    page: (message) => pages.push(message),
  };
});

const down: PassPorts['gates'] = {
  get: async () => {
    throw new Failure('StoreDown', 'the database is down');
  },
  commit: async () => 'conflict',
};

describe('a pass', () => {
  it('is free at once when no call was sent for a while, and the next after the step', async () => {
    await take('get');
    expect(now).toBe(ORIGIN);
    await take('get');
    expect(now - ORIGIN).toBe(STEP);
  });

  it('of one class does not wait for calls of another, where each has its own limit', async () => {
    await take('get');
    await take('list');
    expect(now).toBe(ORIGIN);
  });

  it('is never given twice for one time, whoever asks', async () => {
    const times: number[] = [];
    const one = async () => {
      await take('destroy');
      times.push(now);
    };
    await Promise.all([one(), one(), one(), one()]);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.every((gap) => gap >= STEP)).toBe(true);
  });

  it('that is not free within 10 s is refused, and says when the next is', async () => {
    const pass = await take('launch');
    await pass.note({ kind: 'refused', retryAfter: minutes(1) });
    await expect(take('launch')).rejects.toMatchObject({
      name: 'RateLimited',
      message: 'vastai: the next launch call may be sent at 2026-11-02T12:01:00.000Z',
    });
    expect(now).toBe(ORIGIN);
  });

  it('comes again after a block, more slowly', async () => {
    await (await take('launch')).note({ kind: 'refused', retryAfter: seconds(5) });
    await take('launch');
    expect(now - ORIGIN).toBe(5_000);
    await take('launch');
    expect(now - ORIGIN).toBe(5_000 + 1.5 * STEP);
  });
});

describe('without the database', () => {
  it('a destroy is sent all the same', async () => {
    ports = { ...ports, gates: down };
    const pass = await take('destroy');
    await expect(pass.note({ kind: 'answered' })).resolves.toBeUndefined();
  });

  it('no other call is', async () => {
    ports = { ...ports, gates: down };
    await expect(take('list')).rejects.toMatchObject({ name: 'StoreDown' });
  });

  it('a lost result does not fail the call', async () => {
    const pass = await take('get');
    Object.assign(ports.gates, down);
    await expect(pass.note({ kind: 'error' })).resolves.toBeUndefined();
  });
});

it('a gate whose time is far in the future is paged and overwritten', async () => {
  const { gates } = ports;
  const wrong = { ...newGate('vastai', 'get'), version: 1, lastAt: later(ORIGIN, minutes(600)) };
  await gates.commit(wrong);
  await take('get');
  expect(pages).toEqual([expect.stringMatching(/^wrong-clock: the gate get of vastai/)]);
  expect(await gates.get('vastai', 'get')).toMatchObject({ lastAt: ORIGIN });
});

it('conflicts are tried a bounded number of times', async () => {
  let tries = 0;
  const commit = async () => {
    tries += 1;
    return 'conflict' as const;
  };
  ports = { ...ports, gates: { get: async () => null, commit } };
  await expect(take('get')).rejects.toMatchObject({ name: 'RateLimited' });
  expect(tries).toBe(policy.gate.maxTries);
});
