// The README shows what its commands print: the same lines in the same order, apart from ids, times
// and amounts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { DEMO_FAULTS } from '../local/demo/faults.ts';
import { diagramOf, withDiagram } from '../scripts/diagram.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

/** A line without the values that differ between runs. */
const shape = (line: string): string =>
  line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/[a-z0-9]{20}/g, 'LEASE')
    .replace(/\$[\d.]+/g, 'MONEY')
    .replace(/\d+/g, 'N')
    .replace(/\s+/g, ' ')
    .trim();

async function demo(...flags: string[]) {
  const child = spawn(process.execPath, ['local/demo/main.ts', ...flags]);
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { status, stdout };
}

// Each demo takes seconds, so the tests run concurrently.
describe.concurrent('the README', { timeout: 60_000 }, () => {
  it('shows what npm run demo prints', async () => {
    const shown =
      readme.split('<!-- output of npm run demo -->\n```\n')[1]?.split('\n```')[0] ?? '';
    const { status, stdout } = await demo();
    expect(status).toBe(0);
    // On a slow computer the demo may print more lines: a late create call is repeated.
    const printed = stdout.split('\n').map(shape);
    let from = 0;
    const missing = shown.split('\n').filter((line) => {
      const found = printed.indexOf(shape(line), from);
      from = Math.max(from, found + 1);
      return found < 0;
    });
    expect(missing).toEqual([]);
  });

  it('names only npm commands that exist', () => {
    const named = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('names every fault of the demo, and the demo survives a fault', async () => {
    expect(Object.keys(DEMO_FAULTS).filter((name) => !readme.includes(`\`${name}\``))).toEqual([
      'drop-after-effect',
    ]);
    expect((await demo('--fault', 'drop-after-effect')).status).toBe(0);
  });

  it('lists the allowed faults for an unknown one', async () => {
    const { status, stdout } = await demo('--fault', 'no-such-fault');
    expect(status).toBe(2);
    expect(stdout).toContain('refuse-destroy');
  });
});

describe('ARCHITECTURE.md', () => {
  it('shows the state machine of its file', () => {
    const text = read('ARCHITECTURE.md');
    const stateMachine = JSON.parse(read('state-machines/lease.asl.json'));
    expect(withDiagram(text, diagramOf(stateMachine))).toBe(text);
  });
});
