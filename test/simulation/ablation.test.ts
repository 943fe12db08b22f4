// Safety lines are taken away in a copy of the sources, and a test must notice: the most important
// ones here, all of them with `npm run ablation`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALWAYS, LINES } from '../../simulation/ablation/lines.ts';
import { ablate, copySources, without } from '../../simulation/ablation/run.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const copy = copySources();
afterAll(() => copy[Symbol.dispose]());

describe('a safety line', () => {
  it.each(LINES)('stands where the list says: $name', (ablation) => {
    expect(without(read(ablation.file), ablation)).not.toBe(read(ablation.file));
  });

  it.each(ALWAYS)(
    'is missed by its test: $name',
    async (ablation) => {
      expect(await ablate(copy.folder, ablation)).toBe('caught');
    },
    120_000,
  );
});

describe('the list', () => {
  it('is the one in docs/invariants.md', () => {
    const [, part = ''] = /## Ablation([\s\S]*?)\n## /.exec(read('docs/invariants.md')) ?? [];
    const rows = part.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
    const wanted = LINES.map(
      ({ name, file, test }) => `| ${name} | \`${file}\` | \`${test.file}\` |`,
    );
    expect(rows).toEqual(wanted);
  });
});

describe('an ablation', () => {
  const [first] = ALWAYS;

  it('fails when its line does not stand there exactly once', () => {
    if (first === undefined) throw new Error('there is none');
    expect(() => without('', first)).toThrow('stands 0 times');
    expect(() => without(first.line.repeat(2), first)).toThrow('stands 2 times');
  });

  it('is no gap closed when its test passes, does not run, or breaks otherwise', async () => {
    if (first === undefined) throw new Error('there is none');
    const { folder } = copy;
    const harmless = { ...first, instead: `${first.line} /* still there */` };
    expect(await ablate(folder, harmless)).toBe('its test passed');
    const nameless = { ...first.test, name: 'nobody wrote this' };
    expect(await ablate(folder, { ...first, test: nameless })).toBe('its test did not run');
    expect(await ablate(folder, { ...first, instead: 'again: nothing' })).toContain('broke: ');
  }, 120_000);
});
