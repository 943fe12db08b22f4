// An alarm reaches an operator: it may publish to the topic, and the topic has a subscriber, or the
// deployment says that it has none.

import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Anything, devStack, resourcesOf } from './synth.ts';

function synthesized(context: Readonly<Record<string, string>> = {}) {
  using synthesis = devStack({ context });
  const warnings = Annotations.fromStack(synthesis.stack).findWarning(
    '*',
    Match.stringLikeRegexp('alarmEmail'),
  );
  return { template: Template.fromStack(synthesis.stack), warnings };
}

const without = synthesized();
const withEmail = synthesized({ alarmEmail: 'oncall@example.com' });
const [topic] = Object.keys(without.template.findResources('AWS::SNS::Topic'));

describe('the topic', () => {
  it('lets alarms of this stack publish, and no other account or service', () => {
    const [policy] = resourcesOf(without.template, 'AWS::SNS::TopicPolicy', Anything).values();
    const statements = JSON.parse(JSON.stringify(policy?.['PolicyDocument'])).Statement;
    const allowed = statements.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    const prefix = ['arn:', { Ref: 'AWS::Partition' }, ':cloudwatch:', { Ref: 'AWS::Region' }, ':'];
    const alarms = [...prefix, { Ref: 'AWS::AccountId' }, ':alarm:gpu-shopper-dev-*'];
    expect(allowed).toMatchObject([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: topic },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', alarms] } },
        },
      },
    ]);
    expect(policy).toMatchObject({ Topics: [{ Ref: topic }] });
  });

  it('refuses what is not encrypted on its way', () => {
    without.template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('is an output', () => {
    without.template.hasOutput('AlarmTopic', { Value: { Ref: topic } });
  });

  it('receives every alarm', () => {
    const alarms = resourcesOf(without.template, 'AWS::CloudWatch::Alarm', Anything);
    expect(alarms.size).toBeGreaterThan(0);
    for (const alarm of alarms.values()) {
      expect(alarm).toMatchObject({ AlarmActions: [{ Ref: topic }] });
    }
  });
});

describe('a deployment with an address for alarms', () => {
  it('subscribes it and names it in an output, without a warning', () => {
    withEmail.template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
      TopicArn: { Ref: topic },
    });
    withEmail.template.hasOutput('AlarmEmail', { Value: 'oncall@example.com' });
    expect(withEmail.warnings).toEqual([]);
  });
});

describe('a deployment without an address for alarms', () => {
  it('warns at each synthesis and in an output', () => {
    without.template.resourceCountIs('AWS::SNS::Subscription', 0);
    expect(without.warnings).toMatchObject([
      { entry: { data: expect.stringContaining('alarms reach nobody') } },
    ]);
    without.template.hasOutput('AlarmEmail', {
      Value: Match.stringLikeRegexp('alarms reach nobody'),
    });
  });
});
