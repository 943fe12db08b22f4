// The rules of the repository. Each check first proves on a bad sample that it can fail; then it
// must find no violation in the repository.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../shared/core/base/failure.ts';
import { checkArrows, checkPorts, checkSdks } from './tidy/arrows.ts';
import { BANS, checkBans } from './tidy/banned.ts';
import { brokenRules } from './tidy/canary.ts';
import { checkDead } from './tidy/dead.ts';
import { checkDocs } from './tidy/docs.ts';
import { checkEnglish } from './tidy/english.ts';
import { checkLinks, checkOpenings, checkPrivate } from './tidy/files.ts';
import { checkHandlers } from './tidy/handlers.ts';
import { checkPackages } from './tidy/packages.ts';
import { checkProviders } from './tidy/providers.ts';
import { checkPureUseCases } from './tidy/pure-usecases.ts';
import { checkFileSizes, checkLineLengths } from './tidy/sizes.ts';
import { type Check, isSource, type SourceFile, show, views } from './tidy/source.ts';
import { readTree } from './tidy/tree.ts';
import { checkWords } from './tidy/words.ts';
import { checkWorkflows } from './tidy/workflow.ts';

const root = join(import.meta.dirname, '..');
const tree = readTree(root);
const rulesOf = (check: Check, ...files: readonly SourceFile[]): readonly string[] =>
  check(files).map(({ rule }) => rule);
const file = (path: string, ...lines: readonly string[]): SourceFile => ({
  path,
  text: `${lines.join('\n')}\n`,
});
const importing = (path: string, target: string, keyword = 'import'): SourceFile =>
  file(path, `${keyword} { thing } from '${target}';`);

const errorNames = {
  known: Object.keys(FAILURES),
  thrown: Object.entries(FAILURES).flatMap(([name, { inWorkflow }]) => (inWorkflow ? name : [])),
};
const checkMachines = checkWorkflows(errorNames);

describe('the repository', () => {
  it.each<[string, Check]>([
    ['keeps to the import arrows', checkArrows],
    ['has adapters for one SDK each', checkSdks],
    ['has ports of types only', checkPorts],
    ['leaves no decisions in use cases', checkPureUseCases],
    ['has small files', checkFileSizes],
    ['has short lines', checkLineLengths],
    ['makes no banned calls', checkBans],
    ['has state machines that always reach teardown', checkMachines],
    ['uses one word for each thing', checkWords],
    ['uses plain English', checkEnglish],
    ['has documents whose paths and names exist', checkDocs],
    ['says in every file what it is for', checkOpenings],
    ['links to files that exist', checkLinks],
    ['names no local paths and private hosts', checkPrivate],
    ['has no dead files', checkDead],
    ['has handlers that are one wrapped use case', checkHandlers],
    ['names each provider in its own places only', checkProviders],
  ])('%s', (_, check) => {
    expect(check(tree).map(show)).toEqual([]);
  });

  it('pins and locks its dependencies', () => {
    const [own = '', lock = ''] = ['package.json', 'package-lock.json'].map((name) =>
      readFileSync(join(root, name), 'utf8'),
    );
    expect(checkPackages(own, lock)).toEqual([]);
  });

  // If the lexer confused literals and code, the checks would miss violations in that file.
  it('is lexed correctly: braces are balanced in the code of every file', () => {
    const count = (text: string, brace: string) => text.split(brace).length;
    const torn = tree.filter(isSource).filter((each) => {
      const { code } = views(each);
      return count(code, '{') !== count(code, '}') || count(code, '(') !== count(code, ')');
    });
    expect(torn.map(({ path }) => path)).toEqual([]);
  });

  it('is read completely', () => {
    const paths = tree.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'shared/app/lease.ts', 'test/tidy.test.ts']),
    );
  });
});

describe('import arrows', () => {
  it.each([
    ['shared/core/base/a.ts', '../../ports/clock.ts'],
    ['shared/core/base/a.ts', 'node:crypto'],
    ['shared/core/base/a.ts', 'zod'],
    ['test/a.ts', 'zod'],
    ['shared/ports/a.ts', '../core/money.ts'],
    ['shared/usecases/lease/a.ts', '../../adapters/scheduler.ts'],
    ['shared/usecases/lease/a.ts', '../../ports/clock.ts'],
    ['shared/usecases/lease/a.ts', '@aws-sdk/client-sfn'],
    ['shared/usecases/lease/a.ts', 'node:timers'],
    ['shared/adapters/a.ts', '../usecases/end-lease.ts'],
    ['shared/adapters/a.ts', './b.ts'],
    ['shared/adapters/dynamodb/a.ts', '../b.ts'],
    ['shared/adapters/providers/vastai/a.ts', '../tensordock/b.ts'],
    ['shared/adapters/aws/a.ts', '../dynamodb/b.ts'],
    ['shared/app/a.ts', '@aws-sdk/client-dynamodb'],
    ['shared/api/a.ts', '../usecases/end-lease.ts'],
    ['shared/app/lease.ts', '../../functions/wrap/wrap.ts'],
    ['shared/app/lease.ts', '../../local/main.ts'],
    ['functions/a.ts', '../shared/usecases/end-lease.ts'],
    ['functions/a.ts', '@aws-sdk/client-sfn'],
    ['functions/a.ts', './b.ts'],
    ['functions/wrap/wrap.ts', '../shared/adapters/scheduler.ts'],
    ['infra/a.ts', '../shared/adapters/scheduler.ts'],
    ['infra/a.ts', '@aws-sdk/client-sfn'],
    ['local/a.ts', '../shared/usecases/lease/steps/end-lease.ts'],
    ['local/simulators/vastai/a.ts', '../../../shared/adapters/providers/vastai/wire.ts'],
    ['clients/a.ts', '../shared/app/lease.ts'],
    ['clients/cli/a.ts', '../../shared/usecases/end-lease.ts'],
    ['shared/core/base/a.ts', '../../../test/support/random.ts'],
    ['local/a.ts', '../bench/main.ts'],
    ['shared/core/base/a.ts', '../lease/lease.ts'],
    ['shared/core/instance/a.ts', '../ledger/charge.ts'],
    ['shared/core/lease/a.ts', '../sweep/record.ts'],
    ['shared/core/a.ts', './base/money.ts'],
    ['shared/usecases/a.ts', './lease/step.ts'],
    ['somewhere/a.ts', 'node:fs'],
  ])('keep %s from importing %s', (path, target) => {
    expect(checkArrows([importing(path, target)])).toHaveLength(1);
  });

  it.each([
    ['shared/core/base/a.ts', './money.ts'],
    ['shared/core/operations/a.ts', '../base/money.ts'],
    ['shared/core/lease/a.ts', '../ledger/charge.ts'],
    ['shared/adapters/providers/vastai/a.ts', '../http.ts'],
    ['shared/adapters/providers/registry.ts', './vastai/vastai.ts'],
    ['shared/adapters/dynamodb/a.ts', './schema.ts'],
    ['shared/adapters/dynamodb/a.ts', '../aws/calls.ts'],
    ['shared/adapters/dynamodb/a.ts', '@aws-sdk/client-dynamodb'],
    ['shared/adapters/a.ts', './aws/calls.ts'],
    ['functions/a.ts', './wrap/steps.ts'],
    ['clients/cli/standalone/a.ts', '../../../shared/app/standalone.ts'],
    ['test/a.test.ts', '../shared/usecases/lease/steps/end-lease.ts'],
  ])('let %s import %s', (path, target) => {
    expect(checkArrows([importing(path, target)])).toEqual([]);
  });

  it('let use cases import the types of ports', () => {
    const types = importing('shared/usecases/lease/a.ts', '../../ports/clock.ts', 'import type');
    expect(checkArrows([types])).toEqual([]);
  });
  it.each([
    "export { thing } from '../ports/clock.ts';",
    "import '../ports/clock.ts';",
    "const { thing } = await import('../ports/clock.ts');",
    "import {\n  type A,\n  thing,\n} from '../ports/clock.ts';",
  ])('see every way to import: %j', (text) => {
    expect(checkArrows([file('shared/core/base/a.ts', text)])).toHaveLength(1);
  });
  it('find an adapter with two SDKs', () => {
    const client = importing('shared/adapters/x/a.ts', '@aws-sdk/client-dynamodb');
    const helper = importing('shared/adapters/x/b.ts', '@aws-sdk/util-dynamodb');
    const other = importing('shared/adapters/x/c.ts', '@aws-sdk/client-sfn');
    expect(checkSdks([client, helper])).toEqual([]);
    expect(checkSdks([client, other])).toHaveLength(1);
  });
  it('find a value in ports', () => {
    expect(checkPorts([file('shared/ports/a.ts', 'export type A = 1;')])).toEqual([]);
    expect(checkPorts([file('shared/ports/a.ts', 'export const a = 1;')])).toHaveLength(1);
  });
});

describe('sizes', () => {
  const lines = (path: string, count: number) => file(path, ...Array<string>(count).fill('//'));
  it('limit files to 300 lines, and those of tests to 400', () => {
    expect(checkFileSizes([lines('shared/a.ts', 300), lines('test/a.ts', 400)])).toEqual([]);
    expect(checkFileSizes([lines('shared/a.ts', 301), lines('test/a.ts', 401)])).toHaveLength(2);
  });
  it('limit lines to 100 characters', () => {
    const word = 'ü'.repeat(100);
    const rest = 'x'.repeat(101);
    const literals = file('shared/a.ts', 'const long = [', `  /${rest}/,`, `  '${rest}',`, '];');
    expect(checkLineLengths([file('shared/a.ts', word), literals])).toEqual([]);
    expect(checkLineLengths([file('shared/a.ts', rest, `// ${rest}`)])).toHaveLength(2);
  });
});

describe('bans', () => {
  const samples: Readonly<Record<string, readonly [path: string, ...texts: string[]]>> = {
    clock: ['shared/core/a.ts', 'Date.now()', 'new Date()', 'performance.now()'],
    randomness: ['shared/adapters/a.ts', 'Math.random()'],
    'waits with': ['shared/adapters/a.ts', 'setTimeout(go, 1);', 'setInterval(go, 1);'],
    'reaches outside': [
      'shared/usecases/a.ts',
      'process.exit();',
      'fetch(url);',
      'crypto.randomUUID()',
    ],
    environment: ['shared/adapters/a.ts', 'process.env.HOME', `\`\${process.env.HOME}\``],
    prints: ['shared/app/lease.ts', 'console.log(1);'],
    money: ['shared/core/a.ts', 'a.holdMicroUsd * 2', '(x + microUsd) / 2', '2 * a.b.microUsd;'],
    'as any': ['shared/app/lease.ts', 'call(x as any)'],
    'type checker': ['shared/app/lease.ts', '// @ts-ignore', '/* @ts-nocheck */'],
    'error outside test': ['shared/app/lease.ts', '// @ts-expect-error because'],
    'without a reason': ['test/types/a.ts', '// @ts-expect-error'],
    'skips tests': ['test/a.test.ts', "it.skip('x')", "describe.only('x')", "it.each.skip('x')"],
    'defers work': ['README.md', 'TODO: write', 'FIXME'],
    'default export': ['shared/app/lease.ts', 'export default 1;', 'export { a as default };'],
    barrel: ['shared/app/lease.ts', "export * from './a.ts';", "export * as a from './a.ts';"],
    'drops promises': ['shared/app/lease.ts', 'ids.forEach(async (id) => {})'],
    catches: ['shared/usecases/a.ts', '} catch {', '} catch (error) {', 'go().catch(f)'],
    'stops an': ['infra/a.ts', 'new StopExecutionCommand({})', "'states:StopExecution'"],
    'rate limits': ['test/a.test.ts', '{ rateLimits: false }', "'--no-rate-limits'"],
  };
  const sampleFor = (rule: string) => Object.entries(samples).find(([key]) => rule.includes(key));

  it.each(BANS.map(({ rule }) => rule))('find code that %s', (rule) => {
    const [path = '', ...texts] = sampleFor(rule)?.[1] ?? [];
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(rulesOf(checkBans, file(path, text))).toContain(rule);
  });

  it.each([
    ['shared/core/base/time.ts', 'new Date(instant).toISOString(); // not Date.now()'],
    ['shared/core/a.ts', "why('fetch (it), then process.env');"],
    ['shared/app/runtime.ts', 'Date.now()'],
    ['shared/app/config.ts', 'process.env'],
    ['shared/core/base/money.ts', 'amountMicroUsd * 2'],
    ['shared/core/a.ts', 'addMicroUsd(a) + 2; /* microUsd / 2 */'],
    ['shared/usecases/sweep/sweep-provider.ts', '} catch (error) {'],
    ['test/types/a.ts', '// @ts-expect-error: a proof is needed'],
  ])('allow in %s: %s', (path, text) => {
    expect(rulesOf(checkBans, file(path, text))).toEqual([]);
  });
});

describe('words', () => {
  it.each([
    ['the reaper runs', 'say sweep'],
    ['countZombies()', 'say orphan, ghost or twin'],
    ['const sessionId = 1;', 'say lease'],
    ['a VM per job', 'say instance'],
    ['listPods()', 'say instance'],
    ['killInstance(id)', 'say destroy'],
    ['kills the rented machine', 'say destroy'],
  ])('have no synonyms: %s', (text, rule) => {
    expect(rulesOf(checkWords, file('shared/core/a.ts', text))).toEqual([rule]);
  });
  it.each([
    [
      'shared/api/http.ts',
      'session name, sessionToken, assumed-role/x/a-session, process.kill(pid)',
    ],
    ['docs/providers.md', 'RunPod, skill, podium'],
    ['local/simulators/runpod/wire.ts', 'listPods()'],
  ])('may stand in %s: %s', (path, text) => {
    expect(rulesOf(checkWords, file(path, text))).toEqual([]);
  });
});

describe('files', () => {
  it('open with a comment', () => {
    expect(checkOpenings([file('a.ts', '#!/usr/bin/env node', '// Why.')])).toEqual([]);
    expect(checkOpenings([file('a.ts', 'export const a = 1; // Why.')])).toHaveLength(1);
  });
  it('link to what exists', () => {
    const links = '[a](../shared/b.ts#x) [b](../shared/) [c](https://a.b/c) [d](gone.md)';
    const found = checkLinks([file('docs/a.md', links), file('shared/b.ts', '')]);
    expect(found.map(({ rule }) => rule)).toEqual(['links to gone.md, which does not exist']);
  });
  it.each(['cat /work/x', "'/tmp/brief'", '(/home/me)', 'file:///Users/x', 'http://npm.corp/x'])(
    'do not tell where they were written: %s',
    (text) => expect(checkPrivate([file('a.md', text)])).toHaveLength(1),
  );
  it('are reached by a program; a test does not count', () => {
    const dead = checkDead([
      file('package.json', '{ "scripts": { "start": "node local/main.ts" } }'),
      importing('local/main.ts', './used.ts'),
      file('local/used.ts', "new URL('./worker.ts', import.meta.url);"),
      file('local/worker.ts'),
      file('functions/a.ts'),
      importing('test/a.test.ts', '../shared/tested.ts'),
      importing('test/b.test.ts', './support/builders/lease.ts'),
      file('test/support/builders/lease.ts'),
      file('test/support/unused.ts'),
      file('shared/tested.ts'),
    ]);
    expect(dead.map(({ path }) => path)).toEqual(['test/support/unused.ts', 'shared/tested.ts']);
  });
});

describe('handlers', () => {
  const timer = 'export const handler = timer(EveryDay, use);';
  const steps = (...entries: readonly string[]) =>
    `export const handler = steps<'work-list'>({\n  ${entries.join(',\n  ')},\n});`;
  const routes = (...entries: readonly string[]) =>
    `export const handler = routes(\n  { ...a, ...b },\n  {\n${entries.join(',\n')},\n  },\n);`;
  const long = `api(use, (run) => [${'\n1,'.repeat(9)}])`;
  it.each([
    ['bare', 'export const handler = async () => use();'],
    ['dropped', 'steps({});\nexport const handler = use;'],
    ['chatty', `${timer}\nexport const more = 1;`],
    ['deciding', routes('x: api(use, (run) => { if (run) go(); })')],
    ['a bare route', routes('x: api(use, (run) => run({ a, b }))', 'y: async () => use()')],
    ['a bare step', steps('find: step(StepInput, use)', 'prove: use')],
    ['spread', steps('find: step(StepInput, use)', '...others')],
    ['long', routes('x: api(use, run)', `y: ${long}`)],
  ])('are found when %s', (_, text) => {
    expect(checkHandlers([file('functions/a.ts', text)])).toHaveLength(1);
  });
  it.each([
    timer,
    steps('find: step(StepInput, use)', 'prove: step(ProveInput, other)'),
    routes(
      'x: api(use, async (run, { a }) => {\n  const b = f(a, 1);\n  return v(b);\n})',
      'y: list(g, h)',
    ),
  ])('pass as wrapped use cases: %s', (text) => {
    expect(checkHandlers([file('functions/a.ts', text)])).toEqual([]);
  });
});

describe('packages', () => {
  const lockOf = (packages: object) => JSON.stringify({ packages });
  const own = '{ "dependencies": { "a": "1.0.0" } }';
  const a = { version: '1.0.0', dependencies: { b: '^2' } };
  const b = { version: '2.1.0' };
  it.each([
    ['loose', '{ "dependencies": { "b": "^2.1.0" } }', { 'node_modules/b': { version: '^2.1.0' } }],
    ['stale', own, { 'node_modules/a': { version: '1.0.1' } }],
    ['missing', own, { 'node_modules/a': a }],
    ['from elsewhere', own, { 'node_modules/a': { version: '1.0.0', resolved: 'https://x/a' } }],
  ])('are found when %s', (_, text, packages) => {
    expect(checkPackages(text, lockOf(packages))).toHaveLength(1);
  });
  it('are found in the folder of a package and above it', () => {
    const nested = { 'node_modules/a': a, 'node_modules/a/node_modules/b': b };
    expect(checkPackages(own, lockOf(nested))).toEqual([]);
    expect(checkPackages(own, lockOf({ 'node_modules/a': a, 'node_modules/b': b }))).toEqual([]);
  });
});

describe('Biome', () => {
  it('reports a violation of each rule in the samples', () => {
    expect(brokenRules(root, 'test/fixtures/tidy/canary')).toEqual(
      expect.arrayContaining([
        'unawaited.ts noFloatingPromises',
        'async-callback.ts noMisusedPromises',
        'missing-case.ts useExhaustiveSwitchCases',
        'cycle-a.ts noImportCycles',
        'full-zod.ts noRestrictedImports',
        'any-type.ts noExplicitAny',
        'non-null.ts noNonNullAssertion',
        'many-parameters.ts useMaxParams',
        'long-function.ts noExcessiveLinesPerFunction',
      ]),
    );
  });
});
