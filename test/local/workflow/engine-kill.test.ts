// A real kill -9: a child process runs an execution and is killed, and this process continues from
// its journal file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileJournal } from '../../../local/workflow/journal.ts';
import { killable } from './fixtures/machine.ts';
import { aWorld, seconds } from './world.ts';

const SCRIPT = fileURLToPath(new URL('./fixtures/park.ts', import.meta.url));

describe('an engine killed with SIGKILL', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const child = (order: string) =>
    spawn(process.execPath, [SCRIPT, join(folder, 'workflow.jsonl'), order], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const takeOver = () => {
    const journal = openFileJournal(join(folder, 'workflow.jsonl'));
    const now = journal.read().at(-1)?.at ?? 0;
    return aWorld({ definition: killable, journal, now: now + seconds(60) });
  };

  it('continues in another process, with the same token and deadline', async () => {
    const killed = child('park');
    const [line] = await once(killed.stdout, 'data');
    const token = String(line).trim();
    killed.kill('SIGKILL');
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    const world = takeOver();
    const started = world.journal.read().findLast(({ type }) => type === 'task-started');
    expect(world.engine.resume()).toBe(1);
    expect(world.clock.pending()).toEqual([(started?.at ?? 0) + seconds(3600)]);
    expect(world.engine.succeed(token, 'after the crash')).toBe('accepted');
    await world.engine.settled();
    expect(world.calls).toEqual([]);
    expect(world.engine.describe('run')).toMatchObject({
      status: 'SUCCEEDED',
      output: { lease: 'a1', limit: { seconds: 3600 }, woken: 'after the crash' },
      states: ['Work', 'Serve'],
    });
  });

  it('keeps an answer that it accepted just before', async () => {
    const killed = child('answer');
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    const world = takeOver();
    expect(world.engine.running()).toEqual(['run']);
    world.engine.resume();
    await world.engine.settled();
    expect(world.engine.describe('run')?.output).toMatchObject({ woken: 'in time' });
  });
});
