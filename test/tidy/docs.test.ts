// The check of names in documents proves on bad samples that it can fail.

import { describe, expect, it } from 'vitest';
import { checkDocs } from './docs.ts';

const CODE = [
  { path: 'shared/core/lease/hold.ts', text: "export const growHold = 1; // 'queue/failed'\n" },
  { path: 'test/machines/races-end.test.ts', text: "const queue = 'queue/failed';\n" },
];
const rulesOf = (text: string): readonly string[] =>
  checkDocs([...CODE, { path: 'docs/a.md', text: `${text}\n` }]).map(({ rule }) => rule);

describe('names in documents', () => {
  it.each([
    ['a file that moved', '`core/hold.ts`', 'names `core/hold.ts`: no file or folder'],
    ['a file name that is gone', '`holds.ts`', 'names `holds.ts`: no file'],
    ['a pattern without files', '`test/machines/net-*.ts`', 'no file or folder'],
    ['a name that is gone', '`shrinkHold`', 'names `shrinkHold`: no code that says shrinkHold'],
  ])('finds %s', (_, text, rule) => {
    expect(rulesOf(text)).toEqual([expect.stringContaining(rule)]);
  });

  it.each([
    '`shared/core/lease/hold.ts` and `hold.ts`',
    '`shared/core`',
    '`test/machines/races-*.test.ts`',
    '`growHold` of `queue/failed`',
    '`aws s3 ls` and `NAME`',
    'no span: core/hold.ts',
  ])('allows %s', (text) => {
    expect(rulesOf(text)).toEqual([]);
  });
});
