// The stack as cdk.json's dev environment makes it, in this process and without bundling: every
// function gets an empty file for its code.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack, Stage } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import { FUNCTION_NAMES } from '../../infra/function-list.ts';
import { readSettings } from '../../infra/settings.ts';
import { createStack } from '../../infra/stack.ts';

const cdkJson = new URL('../../cdk.json', import.meta.url);

/** The context of cdk.json as the CLI hands it over, with `more` of the command line. */
export const contextWith = (more: Readonly<Record<string, unknown>> = {}) => ({
  ...JSON.parse(readFileSync(cdkJson, 'utf8')).context,
  ...more,
});

export type Synthesis = {
  readonly app: App;
  readonly stack: Stack;
  [Symbol.dispose](): void;
};

export type SynthesisOptions = {
  /** Context of the command line. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Where the stack is deployed, when that is known at synthesis. */
  readonly region?: string;
};

/** Nothing is synthesized yet. Disposing removes what was written. */
export function devStack({ context, region }: SynthesisOptions = {}): Synthesis {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-infra-'));
  const bundles = join(folder, 'functions');
  for (const name of FUNCTION_NAMES) {
    mkdirSync(join(bundles, name), { recursive: true });
    writeFileSync(join(bundles, name, 'index.mjs'), `// ${name}\n`);
  }
  const app = new App({ context: contextWith(context), outdir: join(folder, 'cdk.out') });
  const env = region === undefined ? {} : { region, account: '123456789012' };
  const stage = new Stage(app, 'stage', { env });
  const stack = createStack(region === undefined ? app : stage, readSettings(app.node), bundles);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { app, stack, [Symbol.dispose]: remove };
}

/** All resources of one type with the properties that `shape` names, by logical id. */
export function resourcesOf<Shape extends z.ZodMiniType>(
  template: Template,
  type: string,
  shape: Shape,
): ReadonlyMap<string, z.infer<Shape>> {
  const found = Object.entries(template.findResources(type));
  return new Map(found.map(([id, { Properties = {} }]) => [id, shape.parse(Properties)]));
}

export const Anything = z.record(z.string(), z.unknown());

export const FunctionShape = z.object({
  FunctionName: z.string(),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Timeout: z.number(),
  MemorySize: z.number(),
  Environment: z.object({ Variables: Anything }),
});
