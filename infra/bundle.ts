// How functions are bundled: all at once, each into one minified file that needs no node_modules.
// The bench weighs and times bundles made by these very settings.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Modules before CommonJS: only modules can be bundled in part, and none may need `require`. */
export const BUNDLING = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * Bundles `functions/<entry>.ts` into `<folder>/<entry>/index.mjs` for each entry. Safe to repeat.
 * Throws what esbuild throws when a source doesn't build.
 */
export function bundleFunctions(entries: readonly string[], folder: string): void {
  const entryPoints = entries.map((entry) => ({
    in: join(root, 'functions', `${entry}.ts`),
    out: join(entry, 'index'),
  }));
  buildSync({ ...BUNDLING, absWorkingDir: root, entryPoints, outdir: folder });
}
