// The bundles as they are deployed: each stands by itself.

import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { ALL_FUNCTIONS } from '../../infra/function-list.ts';

const entries = Object.values(ALL_FUNCTIONS).map(({ entry }) => entry);
const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-bundle-test-'));
beforeAll(() => bundleFunctions(entries, folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (entry: string): string => readFileSync(join(folder, entry, 'index.mjs'), 'utf8');

describe('the bundles', () => {
  it('are one for each function', () => {
    const found = globSync('**/index.mjs', { cwd: folder });
    expect(found.map((path) => path.replace(/\/index\.mjs$/, '')).toSorted()).toEqual(
      [...new Set(entries)].toSorted(),
    );
  });

  it('import nothing but what Node has built in, and require nothing', () => {
    for (const entry of new Set(entries)) {
      const text = textOf(entry);
      const imports = [...text.matchAll(/\b(?:import|from)\s*"([\w@][^"]*)"/g)].map(
        ([, name]) => name,
      );
      expect(imports.filter((name) => !name?.startsWith('node:'))).toEqual([]);
      expect(imports).toContain('node:https');
      // What esbuild leaves behind where CommonJS asks for a module.
      expect(text).not.toContain('Dynamic require of');
    }
  });
});
