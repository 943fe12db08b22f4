// Runs Biome, with this repository's rules, on samples that violate them. Some rules are
// experimental: an update could turn them off unnoticed.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';

// In a temporary folder: this repository's configuration excludes the samples.
const Config = z.object({ linter: z.unknown(), overrides: z.optional(z.unknown()) });

/** The violations in a copy of `samples`, as `file rule`. */
export function brokenRules(root: string, samples: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-canary-'));
  try {
    cpSync(join(root, samples), folder, { recursive: true });
    const config = Config.parse(JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')));
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const lint = ['lint', '--reporter=github', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(process.execPath, [biome, ...lint], {
      cwd: folder,
      encoding: 'utf8',
    });
    const errors = stdout.matchAll(/^::error title=lint\/\w+\/(\w+),file=(?:[^,]*\/)?([\w.-]+),/gm);
    return [...errors].map(([, rule, file]) => `${file} ${rule}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
