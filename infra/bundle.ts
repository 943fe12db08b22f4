// How functions are bundled: all at once, each into one minified file that needs no node_modules.
// The bench measures size and start of bundles made with the same settings.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';

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

const CREDENTIALS = new URL('../shared/app/lambda-credentials.ts', import.meta.url);
const EVENT_STREAMS = new URL('../shared/adapters/aws/no-event-streams.ts', import.meta.url);
const DISCOVERY = new URL('../shared/adapters/aws/no-endpoint-discovery.ts', import.meta.url);

/** Replaces parts of the AWS SDK that no function uses; sizes of November 2026. */
const STAND_INS = {
  // 132 KB: a function's credentials are in its environment and nowhere else.
  '@aws-sdk/credential-provider-node': fileURLToPath(CREDENTIALS),
  // 20 KB: no operation that we call streams events.
  '@smithy/core/event-streams': fileURLToPath(EVENT_STREAMS),
  // 8 KB: only Timestream needs endpoint discovery.
  '@aws-sdk/endpoint-cache': fileURLToPath(DISCOVERY),
};

/**
 * Bundles `functions/<name>.ts` into `<folder>/<name>/index.mjs` for each name; returns what
 * went into each. Safe to repeat. Throws what esbuild throws when a source doesn't build.
 */
export function bundleFunctions(names: readonly string[], folder: string): Metafile {
  const entryPoints = names.map((name) => ({
    in: join(root, 'functions', `${name}.ts`),
    out: join(name, 'index'),
  }));
  const { metafile } = buildSync({
    ...BUNDLING,
    absWorkingDir: root,
    alias: STAND_INS,
    entryPoints,
    metafile: true,
    outdir: folder,
  });
  return metafile;
}
