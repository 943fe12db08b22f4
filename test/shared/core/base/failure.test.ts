// The table of failures, which the state machine, the API and paging use.

import { describe, expect, it } from 'vitest';
import { FAILURES, Failure, OUTCOME_NAMES } from '../../../../shared/core/base/failure.ts';
import { invariant, unreachable } from '../../../../shared/core/base/invariant.ts';

const rows = Object.entries(FAILURES).map(([name, handling]) => ({ name, ...handling }));

describe('a failure', () => {
  it('has a literal name, so that a minified bundle keeps it', () => {
    const failure = new Failure('OfferGone', 'the offer is taken');
    expect(Object.getOwnPropertyDescriptor(failure, 'name')?.value).toBe('OfferGone');
    expect(String(failure)).toBe('OfferGone: the offer is taken');
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
  it.each(rows)('has an error status for $name', ({ status }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  it.each(['BadRequest', 'Forbidden', 'NotFound', 'KeyReused'] as const)(
    'returns %s to the caller: no retry, no page, no route of the workflow',
    (name) => {
      expect(FAILURES[name]).toMatchObject({ action: 'never', page: false, inWorkflow: false });
    },
  );

  it('pages an operator for failures that need one', () => {
    const paged = rows.filter(({ page }) => page).map(({ name }) => name);
    expect(paged).toEqual([
      'BadReply',
      'Unauthorised',
      'AccessDenied',
      'Crashed',
      'TeardownOverdue',
      'BadConfig',
    ]);
  });

  it('never repeats a call with an unknown effect without looking first', () => {
    expect(FAILURES.OutcomeUnknown.action).toBe('look');
    expect(FAILURES.StillUnknown.action).toBe('look');
  });

  it.each(Object.entries(OUTCOME_NAMES))('lets the workflow route on %s', (_kind, name) => {
    expect(FAILURES[name].inWorkflow).toBe(true);
  });

  it('gives every outcome its own name', () => {
    const names = Object.values(OUTCOME_NAMES);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('an invariant', () => {
  it('does nothing when it holds', () => {
    expect(() => invariant(true, 'fine')).not.toThrow();
  });

  it('throws InvariantBroken, which is no Failure, when it is broken', () => {
    const broken = () => invariant(false, 'the hold is negative');
    expect(broken).toThrow(
      expect.objectContaining({ name: 'InvariantBroken', message: 'the hold is negative' }),
    );
    expect(broken).not.toThrow(Failure);
  });

  it('is broken by a value outside its type', () => {
    // No value has this type; at run time a stored item might.
    expect(() => unreachable('odd' as never)).toThrow('unreachable: "odd"');
  });
});
