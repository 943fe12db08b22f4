// A provider is one row of the table, one line of the registry, and its own folders. No other file
// may name it, and none of its parts may be missing.

import { ProviderName, rowOf } from '../../shared/core/base/providers.ts';
import { type Check, matches, type SourceFile, type Violation } from './source.ts';

/** The names of a provider in its row: its key, and all other names that only it has. */
export type NamedProvider = { readonly name: string; readonly words: readonly string[] };

const TABLE = 'shared/core/base/providers.ts';
const REGISTRY = 'shared/adapters/providers/registry.ts';
const ADAPTERS = 'shared/adapters/providers/';
const SIMULATORS = 'local/simulators/';
/** The folder that simulators share. */
const KIT = `${SIMULATORS}kit/`;

const CODE = /\.(?:ts|tsx|json)$/;
const TESTS = /^test\//;

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const isOwn = ({ path }: SourceFile, name: string): boolean =>
  [TABLE, REGISTRY].includes(path) ||
  path.startsWith(`${ADAPTERS}${name}/`) ||
  path.startsWith(`${SIMULATORS}${name}/`);

function namings(file: SourceFile, { name, words }: NamedProvider): readonly Violation[] {
  if (isOwn(file, name)) return [];
  const pattern = new RegExp([name, ...words].map(escaped).join('|'), 'gi');
  return matches(file, { text: file.text, pattern, rule: `names ${name}` });
}

function missingParts(files: ReadonlyMap<string, SourceFile>, name: string): readonly Violation[] {
  const missing = (path: string) => ({ path, line: 1, rule: `is missing for ${name}` });
  const wanted = [
    `${SIMULATORS}${name}/simulator.ts`,
    `${SIMULATORS}${name}/main.ts`,
    `test/contracts/${name}.contract.test.ts`,
  ].filter((path) => !files.has(path));
  const joined = files.get(REGISTRY)?.text.includes(`'./${name}/`) ?? false;
  return [...wanted, ...(joined ? [] : [REGISTRY])].map(missing);
}

/** Folders of adapters and simulators that no row has. */
function strays(files: readonly SourceFile[], names: readonly string[]): readonly Violation[] {
  return files.flatMap(({ path }) => {
    if (path.startsWith(KIT)) return [];
    const [, parent, folder = ''] = /^(.*\/(?:providers|simulators)\/)([^/]+)\//.exec(path) ?? [];
    const isKnown = names.includes(folder) || (parent !== ADAPTERS && parent !== SIMULATORS);
    return isKnown ? [] : [{ path, line: 1, rule: 'is of a provider without a row' }];
  });
}

/** Files that must not name a provider, and missing parts of providers. */
export const checkProvidersOf =
  (providers: readonly NamedProvider[]): Check =>
  (files) => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const code = files.filter(({ path }) => CODE.test(path) && !TESTS.test(path));
    return [
      ...providers.flatMap((provider) => code.flatMap((file) => namings(file, provider))),
      ...providers.flatMap(({ name }) => missingParts(byPath, name)),
      ...strays(
        files,
        providers.map(({ name }) => name),
      ),
    ];
  };

/** The same of the providers that the table has. */
export const checkProviders: Check = checkProvidersOf(
  ProviderName.options.map((name) => {
    const { title, keys, baseUrl, secretName } = rowOf(name);
    return { name, words: [title, ...Object.values(keys), baseUrl.variable, secretName] };
  }),
);
