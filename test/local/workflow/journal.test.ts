// What a journal keeps across a crash, and how it handles damage.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../local/workflow/journal.ts';
import { compact, createMemoryJournal, openFileJournal } from '../../../local/workflow/journal.ts';

const started = (name: string, input: { id: string } = { id: name }): JournalRecord => ({
  type: 'started',
  name,
  at: 1,
  state: 'Serve',
  input,
});
const parked = (name: string): JournalRecord => ({ type: 'parked', name, at: 2 });
const heartbeat = (name: string, at: number): JournalRecord => ({ type: 'heartbeat', name, at });
const closed = (name: string): JournalRecord => ({
  type: 'closed',
  name,
  at: 9,
  startedAt: 1,
  input: { name },
  states: ['Serve'],
  outcome: { status: 'SUCCEEDED', output: [1, 'two', null] },
});

describe('a file journal', () => {
  let folder = '';
  const path = () => join(folder, 'workflow.jsonl');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...records: JournalRecord[]): void => {
    const journal = openFileJournal(path());
    for (const record of records) journal.append(record);
    journal.close();
  };
  const reread = () => {
    const journal = openFileJournal(path());
    const records = journal.read();
    journal.close();
    return records;
  };

  it('begins empty', () => {
    expect(reread()).toEqual([]);
  });

  it('keeps every kind of record', () => {
    const kinds: JournalRecord[] = [
      started('a'),
      {
        type: 'task-started',
        name: 'a',
        at: 2,
        token: 't',
        call: { functionName: 'f', payload: { deep: [{ er: 'é\n' }] } },
        timeoutAt: 99,
        heartbeatMs: null,
      },
      parked('a'),
      heartbeat('a', 3),
      { type: 'answered', name: 'a', at: 4, output: false },
      { type: 'failed', name: 'a', at: 5, error: 'E', cause: '' },
      { type: 'backed-off', name: 'a', at: 6, retrier: 1, until: 7 },
      { type: 'retried', name: 'a', at: 7 },
      { type: 'entered', name: 'a', at: 8, state: 'Pause', input: null },
      { type: 'waited', name: 'a', at: 8, until: 9 },
    ];
    write(...kinds, started('b'), closed('b'));
    expect(reread()).toEqual([...kinds, closed('b')]);
  });

  it('can be read while it is open', () => {
    const journal = openFileJournal(path());
    journal.append(started('a'));
    expect(journal.read()).toEqual([started('a')]);
    journal.close();
  });

  it('drops an incomplete last line and continues in a new one', () => {
    write(started('a'));
    appendFileSync(path(), '{"type":"parked","na');
    write(parked('a'));
    expect(reread()).toEqual([started('a'), parked('a')]);
  });

  it('names file and line of an incomplete line in the middle', () => {
    write(started('a'), started('b'));
    const [first, second] = readFileSync(path(), 'utf8').split('\n');
    writeFileSync(path(), `${first}\n{"type":"par\n${second}\n`);
    expect(reread).toThrow(expect.objectContaining({ name: 'StoreDown' }));
    expect(reread).toThrow(`damaged at ${path()}:2`);
  });

  it('names the line of an unknown record', () => {
    writeFileSync(path(), '{"type":"dreamt","name":"a","at":1}\n');
    expect(reread).toThrow(`damaged at ${path()}:1`);
  });

  it('shrinks closed executions to one line when it is opened', () => {
    write(started('a'), parked('a'), started('b'), closed('a'));
    openFileJournal(path()).close();
    expect(readFileSync(path(), 'utf8').split('\n')).toHaveLength(3);
    expect(reread()).toEqual([started('b'), closed('a')]);
  });

  it('cannot be opened where it cannot be written', () => {
    const open = () => openFileJournal(join(folder, 'missing', 'workflow.jsonl'));
    expect(open).toThrow(expect.objectContaining({ name: 'StoreDown' }));
  });
});

describe('compacting', () => {
  it('keeps the last heartbeat of each open execution, wherever it is', () => {
    const records = [
      started('a'),
      heartbeat('a', 2),
      started('b'),
      heartbeat('a', 3),
      heartbeat('b', 4),
      parked('a'),
    ];
    expect(compact(records)).toEqual([
      started('a'),
      started('b'),
      heartbeat('a', 3),
      heartbeat('b', 4),
      parked('a'),
    ]);
  });
});

describe('a memory journal', () => {
  it('shares no state with its caller', () => {
    const input = { id: 'before' };
    const journal = createMemoryJournal();
    journal.append(started('a', input));
    input.id = 'after';
    expect(journal.read()[0]).toMatchObject({ input: { id: 'before' } });
  });
});
