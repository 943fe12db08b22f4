// Reserved concurrency is off unless the deployment asks for it: small accounts refuse it.

import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { devStack, resourcesOf } from './synth.ts';

const Reserved = z.object({
  FunctionName: z.string(),
  ReservedConcurrentExecutions: z.optional(z.number()),
});

/** The functions with reserved concurrency, by the end of their names. */
function reservedIn(context: Readonly<Record<string, unknown>> = {}): readonly string[] {
  using dev = devStack({ context });
  const functions = resourcesOf(Template.fromStack(dev.stack), 'AWS::Lambda::Function', Reserved);
  return [...functions.values()].flatMap((each) =>
    each.ReservedConcurrentExecutions === undefined
      ? []
      : [`${each.FunctionName}: ${each.ReservedConcurrentExecutions}`],
  );
}

it('no function has reserved concurrency by default', () => {
  expect(reservedIn()).toEqual([]);
});

it('the functions that a setting names have as much as it says', () => {
  const reservedConcurrency = { 'api-heartbeats': 20, 'work-provider': 2 };
  expect(reservedIn({ reservedConcurrency })).toEqual([
    'gpu-shopper-dev-api-heartbeats: 20',
    'gpu-shopper-dev-work-provider: 2',
  ]);
});
