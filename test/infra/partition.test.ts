// The stack can be deployed to every partition: no ARN in its template, in the state machine or in
// a policy has a partition written out.

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { devStack } from './synth.ts';

describe.each([
  ['that is chosen at deploy', undefined],
  ['in China', 'cn-north-1'],
  ['in GovCloud', 'us-gov-west-1'],
])('a stack for a region %s', (_, region) => {
  using synthesis = devStack(region === undefined ? {} : { region });
  const template = JSON.stringify(Template.fromStack(synthesis.stack).toJSON());

  it('leaves the partition of every ARN to CloudFormation', () => {
    expect(template).toContain('"Ref":"AWS::Partition"');
    expect(template.match(/arn:aws[^"]*/g)).toBeNull();
  });

  it('fills the partition into each task of the state machine', () => {
    const task = '{"Ref":"AWS::Partition"},":states:::lambda:invoke';
    expect(template.split(task).length).toBeGreaterThan(2);
  });

  it('names services as every partition does', () => {
    const principals = template.match(/[\w.-]+\.amazonaws\.com(?:\.cn)?/g) ?? [];
    expect(principals.length).toBeGreaterThan(0);
    for (const principal of principals) expect(principal).toMatch(/^[a-z]+\.amazonaws\.com$/);
  });
});
