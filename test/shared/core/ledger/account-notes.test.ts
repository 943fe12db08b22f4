// Pages of an account's log, with committed notes that are not in it yet.

import { describe, expect, it } from 'vitest';
import { type AccountNote, keyOfNote } from '../../../../shared/core/ledger/account.ts';
import { pageOfNotes } from '../../../../shared/core/ledger/account-notes.ts';
import { at } from '../../../support/builders/base.ts';

const noteAt = (time: string): AccountNote => ({
  ...{ at: at(time), kind: 'limits-changed', id: '1', by: null, reason: time },
  ...{ from: null, to: null },
});
const pending = (...times: string[]) => ({
  notes: Object.fromEntries(times.map((time) => [keyOfNote(noteAt(time)), noteAt(time)])),
});
const start = { after: null, limit: 3 };

describe('a page of notes', () => {
  it('continues after its last note when it is full, without pending notes', () => {
    const logged = ['12:00', '12:01', '12:02'].map(noteAt);
    expect(pageOfNotes(pending('12:05'), logged, start)).toEqual({
      notes: logged,
      next: { at: at('12:02'), kind: 'limits-changed', id: '1' },
    });
  });

  it('includes pending notes once and in order when it is the last one', () => {
    const page = pageOfNotes(
      pending('12:01', '12:00:30'),
      [noteAt('12:00'), noteAt('12:01')],
      start,
    );
    expect(page.notes.map(({ reason }) => reason)).toEqual(['12:00', '12:00:30', '12:01']);
    expect(page.next).toBeNull();
  });

  it('has no notes before its position', () => {
    const after = { at: at('12:02'), kind: 'limits-changed', id: '1' } as const;
    const page = pageOfNotes(pending('12:01', '12:02', '12:03'), [], { after, limit: 3 });
    expect(page.notes.map(({ reason }) => reason)).toEqual(['12:03']);
  });
});
