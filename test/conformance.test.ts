// The required packages and folders: each package is imported by value where it is needed, and each
// folder exists.

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

/** A few functions that together use all packages. */
const ENTRIES = ['timer-refresh', 'timer-deadline', 'api-heartbeats', 'api-operations'];

const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-conformance-'));
let bundled: Metafile;
beforeAll(() => {
  bundled = bundleFunctions(ENTRIES, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isOf = (name: string, target: string | undefined): boolean =>
  target === name || (target?.startsWith(`${name}/`) ?? false);

/** The project's files in the bundles that import from `name`; type imports are removed there. */
const bundledImporters = (name: string): readonly string[] =>
  Object.entries(bundled.inputs)
    .filter(([path]) => !path.includes('node_modules/'))
    .filter(([, { imports }]) => imports.some(({ original }) => isOf(name, original)))
    .map(([path]) => path);

/** The bytes of a package in the bundles, after tree shaking. */
const bundledBytes = (name: string): number =>
  Object.values(bundled.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([path]) => path.includes(`node_modules/${name}/`))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);

describe.each([
  '@aws-lambda-powertools/logger',
  '@aws-lambda-powertools/metrics',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-lambda',
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
