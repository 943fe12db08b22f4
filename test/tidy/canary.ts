// Runs the real Biome, with this repository's rules, on samples that break them. Some of the rules
// are young and could stop to fire with an update without anybody noticing.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';

// Elsewhere, since this repository's configuration leaves the samples out.
const Config = z.object({ linter: z.unknown(), overrides: z.optional(z.unknown()) });

/** Which file breaks which rule, as `file rule`, in the copy of `samples` that Biome is shown. */
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
