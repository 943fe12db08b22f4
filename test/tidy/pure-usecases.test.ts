// The check that use cases contain no decisions, on bad and good samples. tidy.test.ts checks the
// repository itself.

import { describe, expect, it } from 'vitest';
import { checkPureUseCases } from './pure-usecases.ts';
import { show } from './source.ts';

describe('decisions in use cases', () => {
  const path = 'shared/usecases/lease/a.ts';
  const sample = (...lines: readonly string[]) => ({ path, text: `${lines.join('\n')}\n` });

  it.each([
    ['export function isLate(lease: Lease): boolean {', '  return lease.late;', '}'],
    ['export const isLate = (lease: Lease): boolean => lease.late;'],
    ['function isLate(', '  lease: Lease,', '): boolean {', "  return 'await' in lease;", '}'],
  ])('are found: %s', (...lines) => {
    const waits = 'export const other = async (): Promise<void> => ports.wake();';
    expect(checkPureUseCases([sample(...lines, '', waits)]).map(show)).toEqual([
      `${path}:1 isLate is pure: decisions belong in shared/core`,
    ]);
  });

  it.each([
    ['export function createA(ports: Ports) {', '  return (id: Id) => restart(ports, id);', '}'],
    ['export function createA(sweep: Sweep) {', '  return async () => sweep();', '}'],
    ['export async function load(records: Records): Promise<Lease> {', '  return x;', '}'],
    ['export async function* walk(', '  ledger: Ledger,', '): AsyncGenerator<Entry> {', '}'],
    ['export type Decide = (lease: Lease) => boolean;'],
    ['const LIMIT = 100;', 'const bad = (why: string): Failure => new Failure(why);'],
  ])('are not: %s', (...lines) => {
    expect(checkPureUseCases([sample(...lines)])).toEqual([]);
  });

  it('are allowed in core', () => {
    const pure = 'export const isLate = (lease: Lease): boolean => lease.late;';
    expect(checkPureUseCases([{ path: 'shared/core/lease/a.ts', text: pure }])).toEqual([]);
  });
});
