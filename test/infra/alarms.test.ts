// What rings: every function, table, queue and schedule is watched, in about 20 alarms.

import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { createLog } from '../../shared/adapters/log.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { ProviderName } from '../../shared/core/base/providers.ts';
import { Anything, devStack, resourcesOf } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());
const template = Template.fromStack(synthesis.stack);

const Measured = z.object({
  MetricName: z.string(),
  Namespace: z.string(),
  Dimensions: z._default(z.array(z.object({ Name: z.string(), Value: z.unknown() })), []),
});
const Query = z.object({
  MetricStat: z.optional(z.object({ Metric: Measured, Stat: z.string() })),
  Expression: z.optional(z.string()),
});
const AlarmShape = z.object({
  AlarmDescription: z.string(),
  MetricName: z._default(z.string(), ''),
  Namespace: z._default(z.string(), ''),
  Dimensions: Measured.shape.Dimensions,
  Metrics: z._default(z.array(Query), []),
  ComparisonOperator: z.string(),
  TreatMissingData: z.string(),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
});
type AlarmShape = z.infer<typeof AlarmShape>;

const alarms = [...resourcesOf(template, 'AWS::CloudWatch::Alarm', AlarmShape).values()];
const inSection = (section: string) =>
  alarms.filter(({ AlarmDescription }) => AlarmDescription === `docs/runbook.md#${section}`);

/** The metrics of an alarm, alone or in an expression. */
const metricsOf = ({ MetricName, Namespace, Dimensions, Metrics }: AlarmShape) => [
  ...(MetricName === '' ? [] : [{ MetricName, Namespace, Dimensions }]),
  ...Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric])),
];
/** The logical ids that the alarms of a section measure by one metric. */
const measured = (section: string, metric: string): readonly string[] =>
  inSection(section)
    .flatMap(metricsOf)
    .filter(({ MetricName }) => MetricName === metric)
    .flatMap(({ Dimensions }) => Dimensions.map(({ Value }) => idOf(Value)));
const idOf = (value: unknown): string =>
  z.object({ Ref: z.string() }).safeParse(value).data?.Ref ?? String(value);
const idsOf = (type: string): readonly string[] => Object.keys(template.findResources(type));

const functions = idsOf('AWS::Lambda::Function');

it('are about 20, however many functions there are', () => {
  expect(alarms.length).toBeGreaterThanOrEqual(15);
  expect(alarms.length).toBeLessThanOrEqual(25);
});

// The most that CloudWatch takes in the expression of an alarm (AWS documentation, November 2026).
it('compute with 10 metrics at most', () => {
  for (const alarm of alarms) expect(metricsOf(alarm).length).toBeLessThanOrEqual(10);
});

describe('functions', () => {
  it.each([
    ['throttled', 'Throttles'],
    ['near-timeout', 'Duration'],
  ])('are each watched once by %s', (section, metric) => {
    expect(measured(section, metric).toSorted()).toEqual(functions.toSorted());
  });

  it('are each watched for errors in the way that fits who calls them', () => {
    const watched = [
      ...measured('route-errors', 'Errors'),
      ...measured('failing-steps', 'Errors'),
      ...measured('dropped-events', 'AsyncEventsDropped'),
    ];
    expect(watched.toSorted()).toEqual(functions.toSorted());
  });

  it('ring for one failed call of a route, and for one lost event', () => {
    for (const section of ['route-errors', 'dropped-events']) {
      for (const alarm of inSection(section)) {
        expect(alarm).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
      }
    }
  });

  it('compare the longest call with the timeout of its own function', () => {
    const Timeout = z.object({ Timeout: z.number() });
    const timeouts = [...resourcesOf(template, 'AWS::Lambda::Function', Timeout).values()].map(
      (each) => String(each.Timeout * 1_000),
    );
    const compared = inSection('near-timeout')
      .flatMap(({ Metrics }) => Metrics.map(({ Expression = '' }) => Expression))
      .flatMap((expression) => /^100 \* duration\d+ \/ (\d+)$/.exec(expression)?.[1] ?? []);
    expect(compared).toHaveLength(timeouts.length);
    expect(new Set(compared)).toEqual(new Set(timeouts));
  });

  it('ring before the account has no concurrency left', () => {
    expect(inSection('concurrency')).toMatchObject([
      { MetricName: 'ConcurrentExecutions', Namespace: 'AWS/Lambda', Threshold: 800 },
    ]);
  });
});

describe('the API', () => {
  const api = idsOf('AWS::ApiGatewayV2::Api');
  it.each([
    ['api-5xx', '5xx'],
    ['api-5xx', 'Count'],
    ['api-latency', 'Latency'],
  ])('is watched by %s: %s', (section, metric) => {
    expect(measured(section, metric)).toEqual(api);
  });
});

describe('DynamoDB', () => {
  it.each(['ReadThrottleEvents', 'WriteThrottleEvents'])('rings for %s of each table', (metric) => {
    const tables = idsOf('AWS::DynamoDB::GlobalTable');
    expect(measured('dynamodb-throttled', metric).toSorted()).toEqual(tables.toSorted());
  });
});

describe('EventBridge Scheduler', () => {
  it.each(['InvocationDroppedCount', 'InvocationsFailedToBeSentToDeadLetterCount'])(
    'rings for %s of each group',
    (metric) => {
      const Named = z.object({ Name: z.string() });
      const created = resourcesOf(template, 'AWS::Scheduler::ScheduleGroup', Named);
      const groups = [...created.values()].map(({ Name }) => Name);
      expect(new Set(measured('dropped-schedules', metric))).toEqual(new Set(groups));
    },
  );
});

describe('Step Functions', () => {
  it.each(['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'])(
    'rings for %s',
    (metric) => {
      const machines = idsOf('AWS::StepFunctions::StateMachine');
      expect(measured('failed-executions', metric)).toEqual(machines);
    },
  );
});

describe('queues', () => {
  it('of calls that an operator looks at ring while they hold one', () => {
    for (const section of ['failed-schedules', 'unfinished-deadlines']) {
      expect(inSection(section)).toMatchObject([
        { MetricName: 'ApproximateNumberOfMessagesVisible', Threshold: 1 },
      ]);
    }
  });
});

describe('the log', () => {
  const FilterShape = z.object({
    FilterPattern: z.string(),
    MetricTransformations: z.tuple([z.object({ MetricName: z.string() })]),
  });
  const filters = [...resourcesOf(template, 'AWS::Logs::MetricFilter', FilterShape).values()];
  const alarmOn = (pattern: string) => {
    const found = filters.find(({ FilterPattern }) => FilterPattern === pattern);
    const name = found?.MetricTransformations[0].MetricName;
    return alarms.find(({ MetricName }) => MetricName === name);
  };

  it.each(ProviderName.options)(
    'rings when no sweep of %s is complete for 15 min, also when nothing is logged',
    (provider) => {
      expect(alarmOn(`{ ($.kind = "sweep") && ($.id = "${provider}") }`)).toMatchObject({
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
        Threshold: 1,
        EvaluationPeriods: policy.sweep.staleAfter / 300_000,
      });
    },
  );

  it('is filtered by fields that its lines have', () => {
    const written: string[] = [];
    const keep = (text: unknown): boolean => written.push(String(text)) > 0;
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation(keep);
    }
    createLog()({ kind: 'step', error: 'StoreDown', message: 'no answer', id: 'a-lease' });
    vi.restoreAllMocks();
    const fields = Object.keys(JSON.parse(written.join('')));
    const filtered = filters.flatMap(({ FilterPattern }) => FilterPattern.match(/(?<=\$\.)\w+/g));
    expect(fields).toEqual(expect.arrayContaining([...new Set(filtered)]));
  });

  it('rings once for each page', () => {
    expect(alarmOn('{ $.kind = "page" }')).toMatchObject({
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
    });
    const other = filters.find(({ FilterPattern }) => FilterPattern.includes('$.error !='));
    expect(other?.FilterPattern).toContain('$.kind != "page"');
    // CloudWatch Logs takes no longer patterns (AWS documentation, November 2026).
    expect(other?.FilterPattern.length).toBeLessThanOrEqual(1_024);
  });

  it('rings while the database is not available, though each failure becomes a reply', () => {
    expect(alarmOn('{ $.error = "StoreDown" }')).toMatchObject({ Threshold: 5 });
  });

  it.each(['AccessDenied', 'BadConfig', 'Unauthorised'])(
    'rings for one %s, which lasts until an operator acts',
    (name) => {
      const other = filters.find(({ FilterPattern }) => FilterPattern.includes('$.error !='));
      expect(other?.FilterPattern).not.toContain(`"${name}"`);
      expect(alarmOn(other?.FilterPattern ?? '')).toMatchObject({ Threshold: 1 });
    },
  );
});

it('have no alarm on what is only kept to be looked up', () => {
  expect(resourcesOf(template, 'AWS::SQS::Queue', Anything).size).toBe(7);
});
