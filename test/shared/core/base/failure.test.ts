// The table of failures: the state machine, the API and the pager all read it.

import { describe, expect, it } from 'vitest';
import { FAILURES, Failure, OUTCOME_NAMES } from '../../../../shared/core/base/failure.ts';
import { invariant, unreachable } from '../../../../shared/core/base/invariant.ts';

const rows = Object.entries(FAILURES).map(([name, handling]) => ({ name, ...handling }));

describe('a failure', () => {
  it('carries its name as a value of its own, so that a minified bundle keeps it', () => {
    const failure = new Failure('OfferGone', 'somebody was faster');
    expect(Object.getOwnPropertyDescriptor(failure, 'name')?.value).toBe('OfferGone');
    expect(String(failure)).toBe('OfferGone: somebody was faster');
  });

  it('keeps its cause, field and limit', () => {
    const cause = new Error('socket hang up');
    const failure = new Failure('BadRequest', 'no', { field: 'image', limit: 'rate', cause });
    expect(failure).toMatchObject({ field: 'image', limit: 'rate', cause });
  });

  it('has no cause when there was none', () => {
    expect('cause' in new Failure('NotFound', 'no')).toBe(false);
  });
});

describe('the table', () => {
  it.each(rows)('answers $name with an error status', ({ status }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  it.each(['BadRequest', 'Forbidden', 'NotFound', 'KeyReused'] as const)(
    'leaves %s to whoever caused it: no retry, no page, no route of the workflow',
    (name) => {
      expect(FAILURES[name]).toMatchObject({ action: 'never', page: false, inWorkflow: false });
    },
  );

  it('pages a person where only a person can help', () => {
    const paged = rows.filter(({ page }) => page).map(({ name }) => name);
    expect(paged).toEqual([
      'BadReply',
      'Unauthorised',
      'AccessDenied',
      'TeardownOverdue',
      'BadConfig',
    ]);
  });

  it('never repeats a call whose effect is unknown without looking first', () => {
    expect(FAILURES.OutcomeUnknown.action).toBe('look');
    expect(FAILURES.StillUnknown.action).toBe('look');
  });

  it.each(Object.entries(OUTCOME_NAMES))('lets the workflow route on %s', (_kind, name) => {
    expect(FAILURES[name].inWorkflow).toBe(true);
  });

  it('gives every outcome a name of its own', () => {
    const names = Object.values(OUTCOME_NAMES);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('an invariant', () => {
  it('that holds says nothing', () => {
    expect(() => invariant(true, 'fine')).not.toThrow();
  });

  it('that breaks is a bug with its own name, and no failure', () => {
    const broken = () => invariant(false, 'the hold is negative');
    expect(broken).toThrow(
      expect.objectContaining({ name: 'InvariantBroken', message: 'the hold is negative' }),
    );
    expect(broken).not.toThrow(Failure);
  });

  it('breaks where a type lied', () => {
    // No value has this type; at run time a stored item might.
    expect(() => unreachable('odd' as never)).toThrow('unreachable: "odd"');
  });
});
