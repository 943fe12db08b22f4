// Calls that nobody waits for: each has its retries, an age after which it is given up, and a queue
// for the end; and no schedule exists before what it calls.

import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { devStack } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());
const template = Template.fromStack(synthesis.stack);

const Arn = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const idOf = (arn: unknown): string => Arn.parse(arn)['Fn::GetAtt'][0];
const Resource = z.object({
  DependsOn: z._default(z.array(z.string()), []),
  Properties: z.record(z.string(), z.unknown()),
});
const resourcesOf = (type: string) =>
  Object.entries(template.findResources(type)).map(([id, found]) => ({
    id,
    ...Resource.parse(found),
  }));
const queues = resourcesOf('AWS::SQS::Queue').map(({ id }) => id);

const Target = z.object({
  Arn: z.unknown(),
  RoleArn: z.unknown(),
  DeadLetterConfig: z.object({ Arn: z.unknown() }),
  RetryPolicy: z.object({
    MaximumRetryAttempts: z.number(),
    MaximumEventAgeInSeconds: z.number(),
  }),
});
const schedules = resourcesOf('AWS::Scheduler::Schedule').map(({ DependsOn, Properties }) => ({
  name: String(Properties['Name']),
  every: /^rate\((\d+) minutes?\)$/.exec(String(Properties['ScheduleExpression']))?.[1],
  group: Properties['GroupName'],
  DependsOn,
  ...Target.parse(Properties['Target']),
}));

const RuleTarget = z.omit(Target, { RoleArn: true });
const RuleShape = z.object({ Targets: z.array(RuleTarget) });
const ruleTargets = resourcesOf('AWS::Events::Rule').flatMap(
  ({ Properties }) => RuleShape.parse(Properties).Targets,
);

const Config = z.object({
  FunctionName: z.object({ Ref: z.string() }),
  Qualifier: z.literal('$LATEST'),
  MaximumRetryAttempts: z.number(),
  MaximumEventAgeInSeconds: z.number(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }),
});
const configs = new Map(
  resourcesOf('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => {
    const config = Config.parse(Properties);
    return [config.FunctionName.Ref, config];
  }),
);

/** The function of the schedules that functions create: the ARN in their environment ends so. */
const deadline = resourcesOf('AWS::Lambda::Function').find(({ Properties }) =>
  JSON.stringify(template.toJSON()).includes(`:function:${String(Properties['FunctionName'])}"`),
);

describe('a function that is called asynchronously', () => {
  const targets = [...schedules, ...ruleTargets].map(({ Arn: arn }) => idOf(arn));

  it.each([...new Set([...targets, deadline?.id ?? 'none'])])(
    'has retries, an age limit and a queue: %s',
    (id) => {
      const config = configs.get(id);
      expect(config).toBeDefined();
      expect(queues).toContain(idOf(config?.DestinationConfig.OnFailure.Destination));
    },
  );

  it.each(schedules.filter(({ every }) => every !== undefined && Number(every) < 60))(
    'is not called again when it fails and its next schedule comes within minutes: $name',
    ({ Arn: arn, every }) => {
      const config = configs.get(idOf(arn));
      expect(config?.MaximumRetryAttempts).toBe(0);
      expect(config?.MaximumEventAgeInSeconds).toBeLessThanOrEqual(60 * Number(every));
    },
  );

  it('is called again when it ends a lease at its deadline, and keeps what failed apart', () => {
    const config = configs.get(deadline?.id ?? 'none');
    expect(config).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
    const queueOf = (id: string): string =>
      idOf(configs.get(id)?.DestinationConfig.OnFailure.Destination);
    const others = [...configs.keys()].filter((id) => id !== deadline?.id);
    expect(others.map(queueOf)).not.toContain(queueOf(deadline?.id ?? 'none'));
  });
});

describe('a schedule', () => {
  it.each(schedules)('keeps the calls that it could not hand over: $name', (schedule) => {
    expect(queues).toContain(idOf(schedule.DeadLetterConfig.Arn));
    expect(schedule.RetryPolicy.MaximumRetryAttempts).toBe(0);
  });

  it.each(schedules)('is created after all that its call needs: $name', (schedule) => {
    const role = idOf(schedule.RoleArn);
    const policies = resourcesOf('AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties['Roles']).includes(`"${role}"`),
    );
    const [machine] = resourcesOf('AWS::StepFunctions::StateMachine');
    const needed = [idOf(schedule.Arn), role, ...policies.map(({ id }) => id), machine?.id];
    expect(policies).toHaveLength(1);
    expect(schedule.DependsOn).toEqual(expect.arrayContaining(needed));
  });

  it.each(schedules)('is in a group of this stack: $name', ({ group, DependsOn }) => {
    const groups = resourcesOf('AWS::Scheduler::ScheduleGroup');
    const own = groups.find(({ Properties }) => Properties['Name'] === group);
    expect(DependsOn).toContain(own?.id);
  });
});

describe('a rule', () => {
  it('keeps the events that it could not hand over, after a bounded number of tries', () => {
    expect(ruleTargets.length).toBeGreaterThan(0);
    for (const target of ruleTargets) {
      expect(queues).toContain(idOf(target.DeadLetterConfig.Arn));
      expect(target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThan(86_400);
    }
  });
});
