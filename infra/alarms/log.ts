// Alarms on the log of all functions: a failure of a step is usually a detour of the workflow, so
// the name of the failure decides.

import { FilterPattern, type IFilterPattern, type LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { FAILURES } from '../../shared/core/base/failure.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import { PERIOD, SUM } from './metrics.ts';
import type { Raise } from './rule.ts';

/** Timers alone log as many in a period while the database is not available. */
const MIN_STORE_FAILURES = 5;

/** Periods in a row without a complete sweep; each period has one while nothing is leased, too. */
const UNSWEPT = policy.sweep.staleAfter / PERIOD.toMilliseconds();

/** Failures that the caller, the workflow or a retry takes care of. */
const ordinary = Object.entries(FAILURES).flatMap(([name, { page }]) => (page ? [] : [name]));

const ofKind = (kind: string) => FilterPattern.stringValue('$.kind', '=', kind);
const ofFailure = (name: string) => FilterPattern.stringValue('$.error', '=', name);
const extraordinary = FilterPattern.all(
  FilterPattern.exists('$.error'),
  FilterPattern.stringValue('$.kind', '!=', 'page'),
  ...ordinary.map((name) => FilterPattern.stringValue('$.error', '!=', name)),
);

type OnLines = {
  readonly section: string;
  readonly of?: string;
  readonly pattern: IFilterPattern;
  readonly threshold: number;
  readonly periods?: number;
  readonly whenMissing?: true;
};

/** Counts the lines of `group` that match a pattern. */
function raiseOnLines(raise: Raise, scope: Construct, group: LogGroup) {
  return ({ pattern, ...rule }: OnLines): void => {
    const id = rule.of === undefined ? rule.section : `${rule.section}-${rule.of}`;
    const filter = group.addMetricFilter(id, {
      filterPattern: pattern,
      metricNamespace: 'gpu-shopper',
      metricName: `${scope.node.path}-${id}`.replaceAll('/', '-'),
      metricValue: '1',
    });
    raise({ ...rule, metric: filter.metric(SUM) });
  };
}

/** Failures that only an operator can help with, pages, and a database that is not available. */
export function raiseOnLog(raise: Raise, scope: Construct, group: LogGroup): void {
  const onLines = raiseOnLines(raise, scope, group);
  onLines({ section: 'extraordinary', pattern: extraordinary, threshold: 1 });
  onLines({ section: 'page', pattern: ofKind('page'), threshold: 1 });
  const pattern = ofFailure('StoreDown');
  onLines({ section: 'store-down', pattern, threshold: MIN_STORE_FAILURES });
}

/** No complete sweep of a provider for as long as policy allows, also when nothing is logged. */
export function raiseOnSweeps(
  raise: Raise,
  scope: Construct,
  { group, providers }: { readonly group: LogGroup; readonly providers: readonly ProviderName[] },
): void {
  const onLines = raiseOnLines(raise, scope, group);
  for (const of of providers) {
    const ofProvider = FilterPattern.stringValue('$.id', '=', of);
    const pattern = FilterPattern.all(ofKind('sweep'), ofProvider);
    onLines({ section: 'unswept', of, pattern, threshold: 1, periods: UNSWEPT, whenMissing: true });
  }
}
