// The AWS Solutions rules of cdk-nag: none is broken without a reason that somebody wrote down.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { devStack } from './synth.ts';

/** What stops the synthesis; empty when nothing does. */
function findings(app: App): string {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

// Some hundred rules on every resource take their time on a busy machine.
it('breaks no rule without a reason', { timeout: 120_000 }, () => {
  using synthesis = devStack();
  expect(findings(synthesis.app)).toBe('');
});

it('does not deploy what breaks a rule', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'gpu-shopper-infra-'));
  const app = new App({ outdir });
  new Queue(new Stack(app, 'bad'), 'open');
  expect(findings(app)).toContain('AwsSolutions-SQS3');
  rmSync(outdir, { recursive: true });
});
