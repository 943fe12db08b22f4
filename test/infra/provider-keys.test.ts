// Who can read a provider's keys: what docs/deploy.md promises, checked in the list of permissions.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/function-list.ts';
import { ProviderName } from '../../shared/core/base/providers.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const reads = ProviderName.options.map(
  (name) => `secretsmanager:GetSecretValue  <secrets${name}keys>`,
);
const readers = new Set(
  read('./permissions.golden.txt')
    .split('\n')
    .filter((line) => reads.some((each) => line.includes(each)))
    .map((line) => line.split('  ')[0]),
);
const ofRoutes = FUNCTION_NAMES.filter((name) => name.startsWith('api-'));

it('is promised to be no function of a route', () => {
  expect(read('../../docs/deploy.md').replaceAll(/\s+/g, ' ')).toContain(
    'Only functions that call a provider can read its keys; no function of a route can.',
  );
});

it('is no function of a route', () => {
  expect(ofRoutes.length).toBeGreaterThan(0);
  expect(ofRoutes.filter((name) => readers.has(name))).toEqual([]);
});

it('is every function that calls a provider', () => {
  expect([...readers]).toEqual(
    expect.arrayContaining(['work-provider', 'work-list', 'timer-sweep']),
  );
});
