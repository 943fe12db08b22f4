// The contract of the provider port, as tests. Every adapter must pass them against its simulator,
// under every fault: an adapter that fails one can leak an instance.

import { describe } from 'vitest';
import { destroyPromises, moneyPromises } from './ending.contract.ts';
import { falseResponsePromises } from './false-responses.contract.ts';
import { faultPromises } from './faults.contract.ts';
import type { Start } from './harness.ts';
import { createPromises, keyPromises, searchPromises } from './launching.contract.ts';
import { refusedKeyPromises } from './refused-key.contract.ts';
import { beginner } from './support.ts';
import { getPromises, listPromises, readPromises } from './watching.contract.ts';

/** Tests an adapter against the contract of the provider port. */
export function providerContract(name: string, start: Start): void {
  const begin = beginner(start);
  describe(`${name}, reading`, () => readPromises(begin));
  describe(`${name}, search`, () => searchPromises(begin));
  describe(`${name}, create`, () => createPromises(begin));
  describe(`${name}, get`, () => getPromises(begin));
  describe(`${name}, list`, () => listPromises(begin));
  describe(`${name}, destroy`, () => destroyPromises(begin));
  describe(`${name}, attachKey`, () => keyPromises(begin));
  describe(`${name}, money`, () => moneyPromises(begin));
  describe(`${name}, a refused key`, () => refusedKeyPromises(begin));
  describe(`${name}, under`, () => faultPromises(begin));
  describe(`${name}, with false responses`, () => falseResponsePromises(begin));
}
