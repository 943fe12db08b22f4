// Properties of simulated costs: intervals add up, and reads do not change a cost.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  costBetween,
  costUntil,
  creditMicroUsd,
  spentUntil,
  stopWhenBroke,
  totalMicroUsd,
} from '../../../../local/simulators/vastai/billing.ts';
import type { Instance, State } from '../../../../local/simulators/vastai/state.ts';

const HORIZON = 100_000_000;

/** An instance with any life: booted or not, stopped or not, repriced or not, ended or not. */
const anyInstance = fc
  .record({
    waits: fc.tuple(fc.nat(HORIZON), fc.nat(90_000), fc.nat(HORIZON), fc.nat(HORIZON)),
    boots: fc.boolean(),
    stops: fc.boolean(),
    ends: fc.boolean(),
    rates: fc.tuple(fc.nat(30_000_000_000), fc.nat(30_000_000_000), fc.nat(900_000_000)),
    transfer: fc.nat(20_000_000),
  })
  .map(
    ({
      waits: [created, boot, run, rest],
      boots,
      stops,
      ends,
      rates: [gpu, raised, disk],
      transfer,
    }) => {
      const readyAt = created + boot;
      const instance: Instance = {
        ...{
          id: 1,
          offerId: 1,
          foreign: false,
          bootError: null,
          wrongGpu: false,
          label: null,
          image: '',
          runtype: '',
          onstart: '',
        },
        ...{
          ofOtherAccount: false,
          refunds: [],
          env: {},
          diskGb: 8,
          isBid: false,
          apiKey: '',
          keys: [],
          createdAt: created,
        },
        runs: [
          {
            startedAt: created,
            readyAt: boots ? readyAt : null,
            stoppedAt: stops ? readyAt + run : null,
          },
        ],
        gpuRates: [
          { from: created, nanoUsdPerHour: gpu },
          { from: created + Math.floor(run / 2), nanoUsdPerHour: raised },
        ],
        diskNanoUsdPerHour: disk,
        nanoUsdPerGbTransfer: transfer,
        traffic:
          rest === 0
            ? []
            : [
                { at: created + Math.floor(rest / 3), upBytes: run, downBytes: rest },
                { at: created + Math.floor(rest / 2), upBytes: rest * 30, downBytes: run * 20 },
              ],
        ...{ hostKey: { privateKey: '', publicKey: '' }, sshPort: null, agent: null },
        end: ends ? { at: created + rest, kind: 'destroyed' } : null,
      };
      return instance;
    },
  );

function stateOf(instances: Instance[], paidInMicroUsd: number): State {
  return {
    ...{ seed: 1, market: { machines: {}, offers: {} }, paidInMicroUsd, nextKeyId: 1 },
    ...{ accountKeys: [], faults: [], gates: {}, turns: {}, requests: [] },
    instances: structuredClone(instances),
  };
}

it('charges two adjacent intervals the cost of the whole interval', () => {
  const instants = fc.tuple(fc.nat(HORIZON * 3), fc.nat(HORIZON * 3), fc.nat(HORIZON * 3));
  fc.assert(
    fc.property(anyInstance, instants, (instance, unsorted) => {
      const [first = 0, middle = 0, last = 0] = [...unsorted].sort((a, b) => a - b);
      const whole = costBetween(instance, first, last);
      const parts = [costBetween(instance, first, middle), costBetween(instance, middle, last)];
      expect(parts.reduce((sum, part) => sum + part.gpuMicroUsd, 0)).toBe(whole.gpuMicroUsd);
      expect(parts.reduce((sum, part) => sum + part.diskMicroUsd, 0)).toBe(whole.diskMicroUsd);
      expect(parts.reduce((sum, part) => sum + totalMicroUsd(part), 0)).toBe(totalMicroUsd(whole));
      for (const part of parts) {
        expect(Math.min(part.gpuMicroUsd, part.diskMicroUsd, part.gpuMs)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

it('charges nothing after the end, and no GPU that never booted', () => {
  fc.assert(
    fc.property(anyInstance, (instance) => {
      const end = instance.end?.at ?? HORIZON * 3;
      if (instance.end !== null)
        expect(costUntil(instance, HORIZON * 4)).toEqual(costUntil(instance, end));
      if (instance.runs[0]?.readyAt === null) expect(costUntil(instance, end).gpuMicroUsd).toBe(0);
    }),
  );
});

it('stops everything at the same instant, with or without reads in between', () => {
  const fleet = fc.array(anyInstance, { minLength: 1, maxLength: 5 });
  const watches = fc.array(fc.nat(HORIZON * 3), { maxLength: 5 });
  fc.assert(
    fc.property(fleet, fc.integer({ min: 1, max: 300_000_000 }), watches, (all, paid, seen) => {
      const watched = stateOf(all, paid);
      const unwatched = stateOf(all, paid);
      for (const at of [...seen].sort((a, b) => a - b)) stopWhenBroke(watched, at);
      stopWhenBroke(watched, HORIZON * 3);
      stopWhenBroke(unwatched, HORIZON * 3);
      expect(spentUntil(watched, HORIZON * 3)).toBe(spentUntil(unwatched, HORIZON * 3));
    }),
  );
});

it('never runs a GPU on credit for more than a millisecond', () => {
  fc.assert(
    fc.property(anyInstance, fc.integer({ min: 1, max: 300_000_000 }), (instance, paid) => {
      const state = stateOf([instance], paid);
      stopWhenBroke(state, HORIZON * 3);
      const [stopped] = state.instances;
      const lastGpuAt = stopped?.runs[0]?.stoppedAt ?? null;
      if (lastGpuAt === null || creditMicroUsd(state, HORIZON * 3) > 0) return;
      expect(creditMicroUsd(state, lastGpuAt - 1)).toBeGreaterThan(0);
    }),
  );
});
