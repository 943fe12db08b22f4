// A deployment that was destroyed, or whose first deploy failed, can be deployed again: what stays
// behind is only what must stay, and none of it has a name that the next deploy needs.

import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ProviderName } from '../../shared/core/base/providers.ts';
import { devStack } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());
const template = Template.fromStack(synthesis.stack);

const Resource = z.object({
  Type: z.string(),
  DeletionPolicy: z.optional(z.string()),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
const Resources = z.object({ Resources: z.record(z.string(), Resource) });
const resources = Object.entries(Resources.parse(template.toJSON()).Resources);
const withPolicy = (policy: string) =>
  resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === policy);
const typesOf = (found: typeof resources): readonly string[] =>
  [...new Set(found.map(([, { Type }]) => Type))].toSorted();

describe('what stays when the stack is destroyed', () => {
  const kept = [...withPolicy('Retain'), ...withPolicy('RetainExceptOnCreate')];

  it('is data, and the key that proves which instances are ours', () => {
    expect(typesOf(kept)).toEqual([
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
    ]);
    const secrets = kept.filter(([, { Type }]) => Type === 'AWS::SecretsManager::Secret');
    expect(secrets).toMatchObject([
      [expect.any(String), { Properties: { Description: expect.stringContaining('tags') } }],
    ]);
  });

  it('has no name of our choice', () => {
    for (const [id, { Properties }] of kept) {
      const names = Object.keys(Properties).filter((each) =>
        /^(Name|.*(Table|Bucket)Name)$/.test(each),
      );
      expect([id, ...names]).toEqual([id]);
    }
  });

  it('is only the tables when it is a first deploy that failed', () => {
    expect(typesOf(withPolicy('Retain'))).toEqual(['AWS::DynamoDB::GlobalTable']);
  });

  it('is listed in the documentation with the commands that delete it', () => {
    const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
    expect(text).toContain('aws dynamodb update-table --no-deletion-protection-enabled');
    expect(text).toContain('aws dynamodb delete-table');
    expect(text).toContain('aws s3 rb --force');
    expect(text).toContain('aws secretsmanager delete-secret');
  });
});

it('gives no secret a name: it stays taken for days after its secret is deleted', () => {
  for (const [, { Type, Properties }] of resources) {
    if (Type === 'AWS::SecretsManager::Secret') expect(Properties).not.toHaveProperty('Name');
  }
});

it('deletes the groups of schedules with the stack', () => {
  const groups = resources.filter(([, { Type }]) => Type === 'AWS::Scheduler::ScheduleGroup');
  expect(groups.length).toBeGreaterThan(0);
  for (const [, { DeletionPolicy }] of groups) expect(DeletionPolicy).toBe('Delete');
});

describe('the outputs', () => {
  const secretOf = (output: string): unknown => {
    const id = template.toJSON().Outputs[output]?.Value?.Ref;
    return Object.fromEntries(resources)[id]?.Properties['Description'];
  };
  it.each(ProviderName.options)('name the secret that takes the keys of %s', (name) => {
    expect(secretOf(`${name}Secret`)).toContain('account of deployment dev');
  });
  it('name the secret of the tag key', () => {
    expect(secretOf('TagKeySecret')).toContain('tags');
  });
});
