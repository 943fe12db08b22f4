// Counters of a deployed function, in CloudWatch's embedded metric format: the log turns each line
// into a count. Written by Powertools, at once, so that a process that ends loses none.

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const NAMESPACE = 'gpu-shopper';

/** Counts one occurrence of an event in this deployment. */
export function createCounter(deployment: string): (name: string) => void {
  const metrics = new Metrics({
    namespace: NAMESPACE,
    serviceName: NAMESPACE,
    defaultDimensions: { deployment },
  });
  return (name) => metrics.singleMetric().addMetric(name, MetricUnit.Count, 1);
}
