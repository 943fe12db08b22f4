// Without a safety line, in a copy of the sources, its test must fail.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LINES } from '../../simulation/ablation/lines.ts';
import { type Ablation, ablate, copySources, without } from '../../simulation/ablation/run.ts';
import { limitOf, sample } from '../support/long.ts';

const LIMIT = limitOf('ablation');
const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const copy = copySources();
afterAll(() => copy[Symbol.dispose]());

describe('a safety line', () => {
  it.each(LINES)('occurs in its file: $name', (ablation) => {
    expect(without(read(ablation.file), ablation)).not.toBe(read(ablation.file));
  });

  it.each(sample(LINES))('is needed by its test: $name', { timeout: LIMIT }, async (ablation) => {
    expect(await ablate(copy.folder, ablation)).toBe('caught');
  });
});

describe('the list', () => {
  it('equals the table in docs/invariants.md', () => {
    const [, part = ''] = /## Ablation([\s\S]*?)\n## /.exec(read('docs/invariants.md')) ?? [];
    const rows = part.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
    const wanted = LINES.map(
      ({ name, file, test }) => `| ${name} | \`${file}\` | \`${test.file}\` |`,
    );
    expect(rows).toEqual(wanted);
  });
});

/** Whether a test file has a title that is `name` once its placeholders are filled in. */
function hasTitle(text: string, name: string): boolean {
  const titles = [...text.matchAll(/(?<=\()\s*'((?:[^'\\\n]|\\.)*)'/g)].map(
    ([, title = '']) => title,
  );
  return titles.some((title) => {
    const pattern = title.replace(/[.*+?^()|[\]{}\\]/g, '\\$&').replace(/%\w|\$\w+/g, '.+');
    return new RegExp(`^${pattern}$`).test(name);
  });
}

describe('the test of a safety line', () => {
  it.each(LINES)('exists: $name', ({ test }) => {
    const text = read(test.file);
    expect([test.of, test.name].filter((title) => !hasTitle(text, title))).toEqual([]);
  });
});

describe('an ablation', () => {
  const line = LINES[0] ?? never();

  it('fails unless its line occurs exactly once', () => {
    expect(() => without('', line)).toThrow('occurs 0 times');
    expect(() => without(line.line.repeat(2), line)).toThrow('occurs 2 times');
  });

  const missing = { ...line.test, name: 'this test does not exist' };
  const GAPS: [string, Ablation][] = [
    ['its test passed', { ...line, instead: `${line.line} /* still there */` }],
    ['its test did not run', { ...line, test: missing }],
    ['broke: ', { ...line, instead: 'again: nothing' }],
  ];
  it.each(sample(GAPS))(
    'does not count as caught when %s',
    { timeout: LIMIT },
    async (gap, ablation) => {
      expect(await ablate(copy.folder, ablation)).toContain(gap);
    },
  );
});

function never(): never {
  throw new Error('the list is empty');
}
