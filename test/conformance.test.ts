// What the project was asked to be made of, and to consist of: each package is really used, by
// value and where it counts, and each folder is there.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../infra/bundle.ts';
import { importsOf } from './tidy/source.ts';
import { readTree } from './tidy/tree.ts';

const tree = readTree(fileURLToPath(new URL('..', import.meta.url)));

/** Few functions, which together use everything. */
const ENTRIES = ['timers/refresh-offers', 'timers/enforce-deadline'];

const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-conformance-'));
let bundled: Metafile;
beforeAll(() => {
  bundled = bundleFunctions(ENTRIES, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isOf = (name: string, target: string | undefined): boolean =>
  target === name || (target?.startsWith(`${name}/`) ?? false);

/** Our files in the bundles that import from `name`: what is imported as a type alone is gone. */
const bundledImporters = (name: string): readonly string[] =>
  Object.entries(bundled.inputs)
    .filter(([path]) => !path.includes('node_modules/'))
    .filter(([, { imports }]) => imports.some(({ original }) => isOf(name, original)))
    .map(([path]) => path);

/** The bytes of a package that are in the bundles, after all that nobody uses was dropped. */
const bundledBytes = (name: string): number =>
  Object.values(bundled.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([path]) => path.includes(`node_modules/${name}/`))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);

describe.each([
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-sfn',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/client-scheduler',
  '@aws-sdk/client-s3',
  '@middy/core',
  'zod',
])('%s', (name) => {
  it('is imported by value in what is deployed', () => {
    expect(bundledImporters(name)).not.toEqual([]);
    expect(bundledBytes(name)).toBeGreaterThan(0);
  });
});

describe.each([
  ['aws-cdk-lib', 'infra', /^infra\/.*\.ts$/],
  ['esbuild', 'infra', /^infra\/.*\.ts$/],
  ['aws-sdk-client-mock', 'a test', /^test\/.*\.test\.ts$/],
  ['vitest', 'a test', /^test\/.*\.test\.ts$/],
])('%s', (name, place, where) => {
  it(`is imported by value in ${place}`, () => {
    const values = tree
      .filter(({ path }) => where.test(path))
      .flatMap(importsOf)
      .filter(({ target, typesOnly }) => !typesOnly && isOf(name, target));
    expect(values).not.toEqual([]);
  });
});

describe('the repository', () => {
  it.each([
    'infra',
    'functions',
    'shared',
    'state-machines',
    'local',
    'clients',
    'test',
    'bench',
    'docs',
    'scripts',
    'simulation',
  ])('has the folder %s', (name) => {
    expect(tree.filter(({ path }) => path.startsWith(`${name}/`))).not.toEqual([]);
  });
});
