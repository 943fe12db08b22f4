// The gate of a limit: whatever calls ask for passes, the provider's limit holds, no class is shut
// out for ever, and no answer of the provider blocks calls for longer than our own bound.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  between,
  durationMs,
  epochMs,
  hours,
  after as later,
  minutes,
  seconds,
} from '../../../../shared/core/base/time.ts';
import type { CallClass, ProviderLimit } from '../../../../shared/core/instance/card.ts';
import {
  type CallResult,
  decidePass,
  type Gate,
  isFromFuture,
  newGate,
  noteResult,
  stepOf,
} from '../../../../shared/core/instance/gate.ts';
import { at } from '../../../support/builders/base.ts';

/** One endpoint, as Vast.ai limits them. */
const own: ProviderLimit = {
  ...{ name: 'launch', covers: ['launch'], penalty: seconds(4.5) },
  windows: [{ every: seconds(4.5), calls: 1 }],
};
/** All calls of an account together, as RunPod limits them. */
const shared: ProviderLimit = {
  ...{ name: 'all', covers: ['launch', 'destroy', 'get', 'list', 'search'] },
  penalty: seconds(10),
  windows: [
    { every: minutes(1), calls: 60 },
    { every: hours(1), calls: 3_000 },
    { every: hours(24), calls: 50_000 },
  ],
};
const gate = (limit: ProviderLimit): Gate => newGate('vastai', limit.name);
const ask = (callClass: CallClass, now = at('12:00')) => ({ callClass, now });

function passed(before: Gate, limit: ProviderLimit, given = ask('launch')): Gate {
  const passing = decidePass(before, limit, given);
  if (passing.kind === 'wait') throw new Error(`no pass before ${passing.until}`);
  return passing.next;
}

const reportOf = (of: Gate, result: CallResult, now = at('12:00')) => ({
  ...({ callClass: 'launch', passed: of, result, now } as const),
});

describe('passes of any calls in any order', () => {
  const calls = fc.array(
    fc.record({
      callClass: fc.constantFrom<CallClass>('launch', 'destroy', 'get', 'list', 'search'),
      wait: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 200 },
  );

  it('are never closer than the step, and never more than a window allows', () => {
    fc.assert(
      fc.property(calls, (asked) => {
        let present = gate(shared);
        let now = at('12:00');
        const times: number[] = [];
        for (const { callClass, wait } of asked) {
          now = later(now, durationMs(wait));
          const passing = decidePass(present, shared, { callClass, now });
          if (passing.kind === 'wait') {
            expect(passing.until).toBeGreaterThan(now);
            continue;
          }
          times.push(now);
          present = passing.next;
        }
        const step = stepOf(shared, gate(shared));
        times.slice(1).forEach((time, index) => {
          expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(step);
        });
        times.forEach((time) => {
          const inMinute = times.filter((each) => each > time - 60_000 && each <= time);
          expect(inMinute.length).toBeLessThanOrEqual(60);
        });
      }),
    );
  });

  it('come at the time that a refusal names', () => {
    fc.assert(
      fc.property(calls, fc.constantFrom<CallClass>('launch', 'destroy', 'list'), (asked, last) => {
        let present = gate(shared);
        let now = at('12:00');
        for (const { callClass, wait } of asked) {
          now = later(now, durationMs(wait));
          const passing = decidePass(present, shared, { callClass, now });
          if (passing.kind === 'pass') present = passing.next;
        }
        const passing = decidePass(present, shared, ask(last, now));
        const then = passing.kind === 'wait' ? passing.until : now;
        expect(decidePass(present, shared, ask(last, then)).kind).toBe('pass');
      }),
    );
  });
});

describe('the step between two passes', () => {
  it('is the interval with a margin of a tenth, at least half a second', () => {
    expect(stepOf(own, gate(own))).toBe(5_000);
    const long: ProviderLimit = { ...own, windows: [{ every: seconds(20), calls: 1 }] };
    expect(stepOf(long, gate(long))).toBe(22_000);
  });

  it('grows by half with each refusal, up to eight times', () => {
    let present = gate(own);
    for (let count = 0; count < 20; count += 1) {
      present =
        noteResult(present, own, reportOf(present, { kind: 'refused', retryAfter: null })) ??
        present;
    }
    expect(stepOf(own, present)).toBe(8 * 5_000);
  });

  it('shrinks by a tenth after twenty passes without one, and never below the interval', () => {
    const fresh = gate(own);
    let present =
      noteResult(fresh, own, reportOf(fresh, { kind: 'refused', retryAfter: null })) ?? fresh;
    let now = at('12:30');
    const steps: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      present = passed(present, own, ask('launch', now));
      steps.push(stepOf(own, present));
      now = later(now, minutes(1));
    }
    expect(steps[18]).toBe(7_500);
    expect(steps[19]).toBe(6_750);
    expect(steps.at(-1)).toBe(5_000);
  });
});

describe('a refused call', () => {
  it('blocks for its Retry-After, or the penalty, and never for more than 5 min', () => {
    const fresh = gate(own);
    const until = (retryAfter: number | null) =>
      noteResult(
        fresh,
        own,
        reportOf(fresh, {
          kind: 'refused',
          retryAfter: retryAfter === null ? null : seconds(retryAfter),
        }),
      )?.blockedUntil;
    expect(until(7)).toBe(later(at('12:00'), seconds(7)));
    expect(until(null)).toBe(later(at('12:00'), seconds(4.5)));
    expect(until(999_999_999)).toBe(later(at('12:00'), policy.gate.maxBlock));
  });

  it('counts once for a burst: the others find the gate already blocked', () => {
    const fresh = gate(own);
    const refused = reportOf(fresh, { kind: 'refused', retryAfter: null });
    const blocked = noteResult(fresh, own, refused);
    expect(noteResult(blocked ?? fresh, own, refused)).toBeNull();
  });
});

describe('a provider that does not answer', () => {
  it('is left alone after two creates without an answer, twice as long each time', () => {
    let present = gate(own);
    const closures: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      present = noteResult(present, own, reportOf(present, { kind: 'unanswered' })) ?? present;
      closures.push(between(at('12:00'), present.blockedUntil));
    }
    expect(closures.slice(0, 5)).toEqual([0, 60_000, 120_000, 240_000, 300_000]);
    expect(closures.at(-1)).toBe(300_000);
  });

  it('is left alone after three errors; for a destroy at most half a minute', () => {
    let present = gate(own);
    for (let count = 0; count < 9; count += 1) {
      const error = { ...reportOf(present, { kind: 'error' }), callClass: 'destroy' } as const;
      present = noteResult(present, own, error) ?? present;
      if (count === 1) expect(present.blockedUntil).toBe(0);
    }
    expect(between(at('12:00'), present.blockedUntil)).toBe(30_000);
  });

  it('is as before after one answer, which changes nothing otherwise', () => {
    const fresh = gate(own);
    const away = noteResult(fresh, own, reportOf(fresh, { kind: 'error' })) ?? fresh;
    const back = noteResult(away, own, reportOf(away, { kind: 'answered' }));
    expect(back).toMatchObject({ errors: 0, unanswered: 0, closures: 0 });
    expect(noteResult(fresh, own, reportOf(fresh, { kind: 'answered' }))).toBeNull();
  });
});

describe('a limit that several classes share', () => {
  it('leaves every second pass to destroys', () => {
    const present = passed(gate(shared), shared, ask('launch'));
    const step = stepOf(shared, present);
    const next = later(at('12:00'), step);
    expect(decidePass(present, shared, ask('list', next)).kind).toBe('wait');
    expect(decidePass(present, shared, ask('destroy', next)).kind).toBe('pass');
    expect(decidePass(present, shared, ask('list', later(next, step))).kind).toBe('pass');
  });

  it.each<[CallClass, number]>([
    ['list', 1_800],
    ['launch', 2_400],
    ['destroy', 3_000],
  ])('lets %s use %i of 3,000 calls an hour', (callClass, most) => {
    const full = (calls: number): Gate => ({
      ...gate(shared),
      used: [{ calls, resetAt: at('12:40') }],
    });
    expect(decidePass(full(most - 1), shared, ask(callClass)).kind).toBe('pass');
    expect(decidePass(full(most), shared, ask(callClass))).toEqual({
      kind: 'wait',
      until: at('12:40'),
    });
  });
});

describe('a time far ahead of the reader', () => {
  it('does not block calls, and is overwritten by the next pass', () => {
    const wrong = { ...gate(own), lastAt: epochMs(at('12:00') + 86_400_000) };
    expect(isFromFuture(wrong, at('12:00'))).toBe(true);
    expect(passed(wrong, own)).toMatchObject({ lastAt: at('12:00') });
  });
});
