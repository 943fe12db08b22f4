// How functions are bundled: all at once, each into one minified file that needs no node_modules.
// The bench weighs and times bundles made by these very settings.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Some of the SDK's packages are CommonJS and ask for built-in modules by `require`. */
const REQUIRE = [
  "import { createRequire } from 'node:module';",
  'const require = createRequire(import.meta.url);',
].join('');

/**
 * The SDK comes along: what Lambda offers is of another version and slower to load. Modules before
 * CommonJS, since only modules can be bundled in part.
 */
export const BUNDLING = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
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
