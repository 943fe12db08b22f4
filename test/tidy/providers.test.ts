// The rule that limits a provider's name to its row, its line and its folders, and the rule that
// separates simulators: each finds a violation in bad samples.

import { describe, expect, it } from 'vitest';
import { checkArrows } from './arrows.ts';
import { checkProvidersOf } from './providers.ts';
import type { SourceFile } from './source.ts';

const file = (path: string, text: string): SourceFile => ({ path, text: `${text}\n` });
const check = checkProvidersOf([{ name: 'acme', words: ['Acme GPUs', 'ACM_KEY'] }]);
const rulesOf = (...files: readonly SourceFile[]): readonly string[] =>
  check(files).map(({ rule }) => rule);

const TABLE = file('shared/core/base/providers.ts', "acme: { title: 'Acme GPUs', k: 'ACM_KEY' },");
const REGISTRY = file(
  'shared/adapters/providers/registry.ts',
  "import { card } from './acme/card.ts';",
);
const PARTS = [
  file('local/simulators/acme/simulator.ts', '// Acme GPUs'),
  file('local/simulators/acme/main.ts', '// Acme GPUs'),
  file('test/contracts/acme.contract.test.ts', '// Acme GPUs'),
];
const WHOLE = [
  TABLE,
  REGISTRY,
  ...PARTS,
  file('shared/adapters/providers/acme/card.ts', '// Acme GPUs'),
  file('local/simulators/kit/clock.ts', '// Time.'),
];

describe('a provider', () => {
  it('is named in its row, its line of the registry, its folders, tests and documents', () => {
    expect(check([...WHOLE, file('docs/a.md', 'Acme GPUs')])).toEqual([]);
  });

  it.each([
    ['shared/app/a.ts', "config.providers['acme']"],
    ['shared/adapters/providers/http.ts', '// Rows of Acme GPUs have 3 KB.'],
    ['clients/cli/a.ts', "choices(['ACME'])"],
    ['clients/console/a.tsx', '<b>acme gpus</b>'],
    ['infra/a.ts', 'environment.ACM_KEY_ARN'],
    ['local/simulators/kit/a.ts', "import { a } from '../acme/a.ts';"],
    ['package.json', '{ "scripts": { "simulate:acme": "node" } }'],
  ])('is found where %s names it', (path, text) => {
    expect(check([...WHOLE, file(path, text)])).toEqual([{ path, line: 1, rule: 'names acme' }]);
  });

  it.each(PARTS)('is found without $path', ({ path }) => {
    const rest = WHOLE.filter((each) => each.path !== path);
    expect(check(rest)).toEqual([{ path, line: 1, rule: 'is missing for acme' }]);
  });

  it('is found without its line of the registry', () => {
    const rest = WHOLE.filter((each) => each !== REGISTRY);
    expect(rulesOf(...rest, { ...REGISTRY, text: '' })).toEqual(['is missing for acme']);
  });

  it.each(['shared/adapters/providers/other/card.ts', 'local/simulators/other/main.ts'])(
    'is found without a row: %s',
    (path) => {
      const rule = 'is of a provider without a row';
      expect(rulesOf(...WHOLE, file(path, '// Whose?'))).toEqual([rule]);
    },
  );
});

describe('a simulator', () => {
  const arrow = (path: string, target: string) =>
    checkArrows([file(path, `import { thing } from '${target}';`)]);

  it.each([
    ['local/simulators/acme/a.ts', '../other/b.ts'],
    ['local/simulators/acme/routes/a.ts', '../../other/b.ts'],
    ['local/simulators/acme/a.ts', '../../markets.ts'],
    ['local/simulators/kit/a.ts', '../acme/b.ts'],
    ['local/simulators/kit/a.ts', '../../markets.ts'],
  ])('keeps %s from importing %s', (path, target) => {
    expect(arrow(path, target)).toHaveLength(1);
  });

  it.each([
    ['local/simulators/acme/routes/a.ts', '../../kit/b.ts'],
    ['local/simulators/acme/routes/a.ts', '../b.ts'],
    ['local/simulators/kit/machine/a.ts', '../b.ts'],
    ['local/markets.ts', './simulators/kit/keys.ts'],
  ])('lets %s import %s', (path, target) => {
    expect(arrow(path, target)).toEqual([]);
  });
});
