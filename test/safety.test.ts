// docs/safety.md names a test for each check, or says that it is not built: the tests must exist
// under the names that it gives them. Each row of docs/invariants.md has its own number.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const document = readFileSync(at('docs/safety.md'), 'utf8');

type Check = { readonly name: string; readonly shownBy: string };

/** The rows of the table below a heading. */
function checksOf(heading: string): readonly Check[] {
  const [, section = ''] = document.split(`## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return table.split('\n').flatMap((line) => {
    const [, name = '', , shownBy = ''] = line.split('|').map((cell) => cell.trim());
    return name === '' || name === 'Check' || name.startsWith('---') ? [] : [{ name, shownBy }];
  });
}

/** Whether the file of a check has a test with the words that follow its name. */
function isShown({ shownBy }: Check): boolean {
  const [, path = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(shownBy) ?? [];
  return existsSync(at(path)) && readFileSync(at(path), 'utf8').includes(title.replaceAll('`', ''));
}

describe('docs/safety.md', () => {
  it.each(['Five safety checks', 'Five review checks'])('has %s', (heading) => {
    expect(checksOf(heading)).toHaveLength(5);
  });

  it('names for each check a test that exists, or says that it is not built', () => {
    const checks = [...checksOf('Five safety checks'), ...checksOf('Five review checks')];
    const unshown = checks.filter((check) => check.shownBy !== 'not built' && !isShown(check));
    expect(unshown).toEqual([]);
  });
});

describe('docs/invariants.md', () => {
  it('numbers its rows from 1 without gaps', () => {
    const rows = readFileSync(at('docs/invariants.md'), 'utf8').matchAll(/^\| (\d+) \|/gm);
    const numbers = [...rows].map(([, number]) => Number(number));
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
