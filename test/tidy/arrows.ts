// Which folder may import what: the table of ARCHITECTURE.md as code. A file in a folder without a
// row is also a violation, so that the rules cover every new folder.

import { type Check, type Import, importsOf, isSource, type SourceFile } from './source.ts';

type Arrow = {
  readonly from: RegExp;
  /** What may be imported as values, and so as types too. */
  readonly values: RegExp;
  /** What may be imported by `import type` only. */
  readonly types?: RegExp;
};

const FOLDERS =
  'shared|functions|state-machines|local|clients|infra|scripts|simulation|test|bench|docs';
const PACKAGE = `(?!\\.|(?:${FOLDERS})/)`;
const any = new RegExp(`^${PACKAGE}`);
const ours = (...folders: readonly string[]): RegExp =>
  new RegExp(`^(?:${folders.join('|')}|${PACKAGE})`);

/** The domains of core: a later one may import an earlier one, never back. */
const CORE_ORDER = [
  'base',
  'instance',
  'ledger',
  'lease',
  'billing',
  'menu',
  'sweep',
  'operations',
  'live',
] as const;

/** The first row that matches a file applies. Adapters are separated further down. */
const ARROWS: readonly Arrow[] = [
  ...CORE_ORDER.map((domain, place) => ({
    from: new RegExp(`^shared/core/${domain}/`),
    values: new RegExp(
      `^(?:shared/core/(?:${CORE_ORDER.slice(0, place + 1).join('|')})/|zod/mini$)`,
    ),
  })),
  { from: /^shared\/ports\//, values: /^$/, types: /^shared\/(?:core|ports)\// },
  // Code that runs on rented instances imports no other code of the project.
  { from: /^shared\/agent\//, values: /^$/ },
  {
    from: /^shared\/usecases\/.*\//,
    values: /^shared\/(?:core|usecases)\//,
    types: /^shared\/ports\//,
  },
  {
    from: /^shared\/adapters\//,
    values: ours('shared/core/', 'shared/adapters/'),
    types: /^shared\/ports\//,
  },
  {
    from: /^shared\/api\//,
    values: /^(?:shared\/(?:core|api)\/|zod\/)/,
    types: /^shared\/(?:ports|usecases)\//,
  },
  { from: /^shared\/app\//, values: ours('shared/') },
  {
    from: /^functions\/wrap\//,
    values: ours('shared/app/', 'shared/api/', 'shared/core/base/', 'functions/wrap/'),
    types: /^shared\//,
  },
  {
    from: /^functions\//,
    values: /^(?:shared\/app\/|shared\/api\/|functions\/wrap\/|zod\/mini$)/,
    types: /^shared\/(?:core|ports)\//,
  },
  {
    from: /^infra\//,
    values: ours(
      'infra/',
      'state-machines/',
      'shared/core/base/',
      'shared/core/ledger/account.ts',
      'shared/api/contract/',
      'shared/adapters/dynamodb/schema.ts',
    ),
  },
  { from: /^local\/simulators\/kit\//, values: ours('local/simulators/kit/') },
  // Its own folder and the kit, which is checked further down.
  { from: /^local\/simulators\//, values: ours('local/simulators/') },
  {
    from: /^local\//,
    values: ours(
      'local/',
      'functions/',
      'state-machines/',
      'shared/(?:app|core|api)/',
      'shared/adapters/dynamodb/schema.ts',
    ),
    types: /^shared\/ports\//,
  },
  {
    from: /^clients\/cli\/standalone\//,
    values: ours('clients/', 'shared/(?:api|core|app)/'),
  },
  { from: /^clients\//, values: ours('clients/', 'shared/api/', 'shared/core/base/') },
  { from: /^(?:test|bench|simulation)\//, values: /^/ },
  { from: /^scripts\//, values: ours('scripts/', 'shared/core/', 'state-machines/') },
  { from: /^[^/]+$/, values: any },
];

/** In deployed code, only adapters call AWS. */
const SDK_FREE = /^(?:infra|functions|scripts|shared\/(?!adapters\/))/;

function isAllowed(arrow: Arrow, { target, typesOnly }: Import): boolean {
  return arrow.values.test(target) || (typesOnly && (arrow.types?.test(target) ?? false));
}

/** The files of one adapter: a provider's folder, another folder, or a single file. */
function adapterOf(path: string): string {
  const folder = /^shared\/adapters\/(?:providers\/)?[^/]+\//.exec(path)?.[0] ?? path;
  return folder === 'shared/adapters/providers/' ? path : folder;
}

function isOtherAdapter(path: string, target: string): boolean {
  if (!/^shared\/adapters\//.test(path) || !/^shared\/adapters\//.test(target)) return false;
  if (adapterOf(path) === adapterOf(target)) return false;
  // The parts that all clients of AWS share.
  if (target.startsWith('shared/adapters/aws/')) return false;
  const bothProviders = [path, target].every((each) => each.includes('/adapters/providers/'));
  return !(bothProviders && (/\/(http|mask)\.ts$/.test(target) || /\/registry\.ts$/.test(path)));
}

/** A simulator imports only the kit and its own files. */
function isOtherSimulator(path: string, target: string): boolean {
  const own = /^local\/simulators\/[^/]+\//.exec(path)?.[0];
  const other = /^local\/simulators\/[^/]+\//.exec(target)?.[0];
  if (own === undefined || other === undefined) return false;
  return other !== own && other !== 'local/simulators/kit/';
}

function faultOf(path: string, item: Import): string | null {
  const { target } = item;
  const arrow = ARROWS.find(({ from }) => from.test(path));
  if (arrow === undefined) return 'is in a folder that no import rule knows';
  if (!isAllowed(arrow, item)) return `must not import ${target}`;
  if (isOtherAdapter(path, target)) return `must not import another adapter: ${target}`;
  if (isOtherSimulator(path, target)) return `must not import another simulator: ${target}`;
  if (SDK_FREE.test(path) && target.startsWith('@aws-sdk/')) return `must not import ${target}`;
  if (target === 'zod') return 'must import zod/mini, not zod';
  return null;
}

/** Imports that go against the arrows. */
export const checkArrows: Check = (files) =>
  files.filter(isSource).flatMap((file) =>
    importsOf(file).flatMap((item) => {
      const rule = faultOf(file.path, item);
      return rule === null ? [] : [{ path: file.path, line: item.line, rule }];
    }),
  );

/** Built-in modules and zod are no SDK; a client of AWS and its helpers are one. */
function sdkOf(target: string): string | null {
  if (!any.test(target) || /^(?:node:|zod\/)/.test(target)) return null;
  return target.replace(/^@aws-sdk\/(?:client|lib|util)-/, '@aws-sdk/');
}

function sdksOf(files: readonly SourceFile[]): ReadonlySet<string> {
  const targets = files.flatMap(importsOf).map(({ target }) => sdkOf(target));
  return new Set(targets.filter((sdk) => sdk !== null));
}

/** Adapters that talk to more than one outside SDK. */
export const checkSdks: Check = (files) => {
  const adapters = files.filter(({ path }) => /^shared\/adapters\/.*\.tsx?$/.test(path));
  return [...Map.groupBy(adapters, ({ path }) => adapterOf(path))].flatMap(([path, parts]) => {
    const sdks = [...sdksOf(parts)];
    return sdks.length <= 1 ? [] : [{ path, line: 1, rule: `uses two SDKs: ${sdks.join(', ')}` }];
  });
};

/** Values in `ports`, which hold types only. */
export const checkPorts: Check = (files) =>
  files
    .filter(({ path }) => /^shared\/ports\/.*\.tsx?$/.test(path))
    .filter(({ text }) => /^export (?!type\b|interface\b)/m.test(text))
    .map(({ path }) => ({ path, line: 1, rule: 'exports a value: ports are types only' }));
