// The topic that all alarms are sent to. An alarm that reaches nobody is worse than none, so a
// deployment without an address says so at each synthesis and in its outputs.

import { Annotations, ArnFormat, CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

const NOBODY = 'none: alarms reach nobody. Deploy with -c alarmEmail=you@example.com';

/**
 * Alarms of this stack may publish: `enforceSSL` replaces the policy that would let all of them.
 */
function allowAlarms(topic: Topic): void {
  const stack = Stack.of(topic);
  const alarms = stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    // CloudFormation begins the name of each alarm with the stack's.
    resourceName: `${stack.stackName}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': alarms },
      },
    }),
  );
}

/** Creates the topic, with a subscription of `email`. */
export function createAlarmTopic(scope: Construct, email: string | undefined): Topic {
  const topic = new Topic(scope, 'topic', { enforceSSL: true });
  allowAlarms(topic);
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  const stack = Stack.of(scope);
  if (email === undefined) {
    Annotations.of(stack).addWarningV2('gpu-shopper:alarm-email', `alarmEmail is ${NOBODY}`);
  }
  new CfnOutput(stack, 'AlarmTopic', {
    value: topic.topicArn,
    description: 'All alarms are sent to this topic.',
  });
  new CfnOutput(stack, 'AlarmEmail', {
    value: email ?? NOBODY,
    description: 'Receives all alarms once its owner has confirmed the subscription.',
  });
  return topic;
}
