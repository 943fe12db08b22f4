// A real kill -9: a child process uses the queue and is killed, and this process goes on from its
// journal.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes } from '../../../shared/core/base/time.ts';
import { aQueueWorld, turnsIn, VISIBILITY } from './queue-world.ts';

const PROCESS = fileURLToPath(new URL('./fixtures/queue-process.ts', import.meta.url));

describe('a queue whose process is killed with SIGKILL', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps order, receipts, visibility and de-duplication ids in another process', async () => {
    const child = spawn(process.execPath, [PROCESS, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

    const world = aQueueWorld(folder);
    expect(turnsIn(world.queue())).toEqual([2, 3]);
    await world.send(4, { id: 'turn-1' });
    expect(world.receive()).toBeNull();
    expect(await world.queue().changeVisibility(String(line).trim(), minutes(5))).toBe('changed');
    await world.pass(VISIBILITY);
    expect(world.receive()).toBeNull();
    await world.pass(minutes(5) - VISIBILITY);
    expect(world.receive()).toMatchObject({ turn: 2, receives: 2 });
    expect(turnsIn(world.queue())).toEqual([2, 3]);
    world.close();
  });
});
