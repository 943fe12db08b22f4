// What would hurt if it were missing from a deployment: data that can't be restored, a function
// that fails unheard, a step that is cut off before its state gives up, an open route.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/function-list.ts';
import { nameOf } from '../../infra/names.ts';
import { handlers } from '../../local/handlers.ts';
import { EXPIRES_AT, TABLES } from '../../shared/adapters/dynamodb/schema.ts';
import { routes } from '../../shared/api/contract/contract.ts';
import { isQueued, QUEUED_STEPS, STEP_NAMES, STEPS } from '../../shared/core/base/functions.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { ProviderName, rowOf, secretVariable } from '../../shared/core/base/providers.ts';
import { Anything, devStack, FunctionShape, resourcesOf } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());
const template = Template.fromStack(synthesis.stack);

const functions = [...resourcesOf(template, 'AWS::Lambda::Function', FunctionShape)];
const nameIn = (name: string): string => nameOf('dev', name);
const names = FUNCTION_NAMES;

function deployed(name: string) {
  const found = functions.find(([, { FunctionName }]) => FunctionName === nameIn(name));
  if (found === undefined) throw new Error(`no function is called ${name}`);
  return { id: found[0], ...found[1] };
}
const variablesOf = (name: string) => deployed(name).Environment.Variables;

describe('data', () => {
  const Key = z.object({ AttributeName: z.string() });
  const Index = z.object({
    IndexName: z.string(),
    KeySchema: z.array(Key),
    Projection: z.object({ ProjectionType: z.string() }),
  });
  const TableShape = z.object({ GlobalSecondaryIndexes: z._default(z.array(Index), []) });

  it('is retained, protected and can be restored', () => {
    const kept = {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    };
    const { length } = Object.keys(TABLES);
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', length);
    expect(Object.keys(template.findResources('AWS::DynamoDB::GlobalTable', kept))).toHaveLength(
      length,
    );
  });
  it('lets items of the table live expire, and of no other table', () => {
    const tables = Object.entries(template.findResources('AWS::DynamoDB::GlobalTable'));
    const expiring = tables.filter(([, { Properties }]) => 'TimeToLiveSpecification' in Properties);
    expect(expiring).toMatchObject([
      [
        expect.stringMatching(/^datalive/),
        {
          Properties: { TimeToLiveSpecification: { AttributeName: EXPIRES_AT, Enabled: true } },
        },
      ],
    ]);
  });
  it('has the indexes of the schema, with keys only', () => {
    const tables = [...resourcesOf(template, 'AWS::DynamoDB::GlobalTable', TableShape).values()];
    const made = tables.flatMap(({ GlobalSecondaryIndexes }) =>
      GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => [
        IndexName,
        ...KeySchema.map(({ AttributeName }) => AttributeName),
        Projection.ProjectionType,
      ]),
    );
    const wanted = Object.values(TABLES).flatMap(({ indexes }) =>
      indexes.map(({ name, partition, sort }) => [name, partition.name, sort.name, 'KEYS_ONLY']),
    );
    expect(made).toEqual(wanted);
  });
  it('keeps the bucket private and encrypted, and clears old snapshots', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
      LifecycleConfiguration: {
        Rules: [Match.objectLike({ ExpirationInDays: 1, Status: 'Enabled' })],
      },
    });
  });
});

describe('functions', () => {
  it('are the files of functions/ and the handlers of the local service', () => {
    const cwd = fileURLToPath(new URL('../../functions', import.meta.url));
    const files = globSync('*.ts', { cwd }).map((path) => path.replace(/\.ts$/, ''));
    expect(new Set(files)).toEqual(new Set(names));
    expect(new Set(Object.keys(handlers))).toEqual(new Set(names));
  });
  it('are those of the list and no others', () => {
    const made = functions.map(([, { FunctionName }]) => FunctionName);
    expect(new Set(made)).toEqual(new Set(names.map(nameIn)));
  });
  it.each(names)('run as their row says: %s', (name) => {
    const row = FUNCTIONS[name];
    expect(deployed(name)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: policy.functionTimeout[name] / 1_000,
      MemorySize: row.memoryMb,
    });
  });
  it('hold no key in their environment', () => {
    const variables = new Set(names.flatMap((name) => Object.keys(variablesOf(name))));
    expect(variables).not.toContain('GPU_SHOPPER_TAG_KEY');
    for (const row of ProviderName.options.map(rowOf)) {
      expect(variables).toContain(secretVariable(row));
      for (const key of Object.values(row.keys)) expect(variables).not.toContain(key);
    }
  });
  it('get the name of the schedule group that the stack creates', () => {
    template.hasResourceProperties('AWS::Scheduler::ScheduleGroup', {
      Name: variablesOf('step-decide')['GPU_SHOPPER_SCHEDULE_GROUP'],
    });
  });
});

describe('timeouts', () => {
  const TaskShape = z.object({
    Parameters: z.object({
      FunctionName: z.string(),
      Payload: z.object({ step: z.enum(STEP_NAMES), work: z.optional(z.enum(QUEUED_STEPS)) }),
    }),
    TimeoutSeconds: z.optional(z.number()),
    Retry: z.array(z.object({ ErrorEquals: z.array(z.string()) })),
  });
  const Instance = z.object({ States: z.record(z.string(), z.unknown()) });
  const file = new URL('../../state-machines/lease.asl.json', import.meta.url);
  const { States } = Instance.parse(JSON.parse(readFileSync(file, 'utf8')));
  const tasks = Object.entries(States).flatMap(([state, value]) => {
    const task = TaskShape.safeParse(value).data;
    if (task === undefined) return [];
    const { FunctionName, Payload } = task.Parameters;
    const name = FunctionName.slice('${'.length, -'}'.length);
    const retried = task.Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    return [{ state, name, ...Payload, waits: task.TimeoutSeconds, retried }];
  });
  const parked = tasks.filter(({ work }) => work !== undefined);

  it('cover every step, each in the function that carries it out', () => {
    const called = tasks.map(({ step, name }) => [step, name]);
    const works = parked.map(({ work = 'launch' }) => [work, STEPS[work]]);
    expect(Object.fromEntries([...called, ...works])).toEqual(STEPS);
    expect(new Set(works.map(([work]) => work))).toEqual(new Set(QUEUED_STEPS));
  });
  it.each(STEP_NAMES)('give %s its budget', (step) => {
    const steps = STEP_NAMES.filter((each) => STEPS[each] === STEPS[step]);
    const budgets = steps.map((each) => policy.stepBudget[each]);
    expect(deployed(STEPS[step]).Timeout * 1_000).toBe(
      isQueued(step) ? policy.functionTimeout[STEPS[step]] : Math.max(...budgets),
    );
    expect(Math.max(...budgets)).toBeLessThanOrEqual(policy.functionTimeout[STEPS[step]]);
  });
  // States that wait for a token have no time of their own here: it comes with their input.
  it.each(tasks.filter(({ waits, work }) => waits !== undefined && work === undefined))(
    'let $state wait longer than its function runs',
    ({ name, waits }) => {
      expect(waits).toBe(deployed(name).Timeout + policy.stateMargin / 1_000);
    },
  );
  it.each(tasks)('let $state try again when its function ends without a reply', ({ retried }) => {
    expect(retried).toContain(retried.includes('States.ALL') ? 'States.ALL' : 'States.TaskFailed');
  });
  it.each(names.filter((name) => name.startsWith('api-')))(
    'let %s answer within the 30 s of an HTTP API',
    (name) => {
      expect(deployed(name).Timeout).toBeLessThan(30);
    },
  );
  it.each(ProviderName.options)('end a refresh of %s before the next one begins', (provider) => {
    expect(deployed('timer-refresh').Timeout * 1_000).toBeLessThan(policy.menu.refreshEvery);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: `rate(${policy.menu.refreshEvery / 60_000} minutes)`,
      Target: { Input: JSON.stringify({ provider }) },
    });
  });
});

describe('the API', () => {
  const Target = z.object({ 'Fn::Join': z.tuple([z.string(), z.tuple([z.string(), Anything])]) });
  const RouteShape = z.object({ RouteKey: z.string(), AuthorizationType: z.string(), Target });
  const made = [...resourcesOf(template, 'AWS::ApiGatewayV2::Route', RouteShape).values()];
  const keyOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  const all = Object.entries(routes);

  it('has the routes of the contract and no others', () => {
    const wanted = all.map(([, route]) => keyOf(route));
    expect(new Set(made.map(({ RouteKey }) => RouteKey))).toEqual(new Set(wanted));
  });
  it.each(all)('knows who calls %s by what the contract says', (_, route) => {
    const { AuthorizationType } = made.find(({ RouteKey }) => RouteKey === keyOf(route)) ?? {};
    expect(AuthorizationType).toBe(route.access === 'node' ? 'NONE' : 'AWS_IAM');
  });
  it.each(all)('answers %s by the function that the contract names', (_, route) => {
    const found = made.find(({ RouteKey }) => RouteKey === keyOf(route));
    const integration = String(found?.Target['Fn::Join'][1][1]['Ref']);
    const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration', Anything);
    const uri = { 'Fn::GetAtt': [deployed(route.handledBy).id, 'Arn'] };
    expect(integrations.get(integration)).toMatchObject({ IntegrationUri: uri });
  });
  it('is throttled and logged', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AccessLogSettings: { DestinationArn: Match.anyValue() },
      DefaultRouteSettings: { ThrottlingRateLimit: Match.anyValue() },
    });
  });
});
