// What works without the control plane: composed from a provider's key, the tag key and the
// deployment's id alone. It must never import what speaks to AWS.

import { createHmacSigner } from '../adapters/hmac-signer.ts';
import { createMemoryGates } from '../adapters/memory-gates.ts';
import { cardOf, createRegistry } from '../adapters/providers/registry.ts';
import { Failure } from '../core/base/failure.ts';
import { ProviderName, rowOf } from '../core/base/providers.ts';
import type { DurationMs } from '../core/base/time.ts';
import type { Clock } from '../ports/clock.ts';
import { createPasses } from '../usecases/common/take-pass.ts';
import { type SweepAlonePorts, surveyAlone, sweepAlone } from '../usecases/sweep/sweep-alone.ts';
import { readConfig } from './config.ts';
import type { Variables } from './variables.ts';

export type StandaloneOptions = {
  readonly environment: Variables;
  readonly provider: string;
  readonly clock: Clock;
  readonly pause: (length: DurationMs) => Promise<void>;
  readonly tell: (line: string) => void;
};

const bad = (field: string, rule: string): Failure =>
  new Failure('BadConfig', `${field} ${rule}`, { field });

function portsOf(options: StandaloneOptions): SweepAlonePorts {
  const { environment, clock, pause, tell } = options;
  const name = ProviderName.safeParse(options.provider);
  if (!name.success) {
    throw bad('--provider', `must be one of: ${ProviderName.options.join(', ')}`);
  }
  const config = readConfig(environment);
  const { deployment, tagKey, tagKeyPrevious: previous, providers: access } = config;
  if (tagKey === undefined)
    throw bad('GPU_SHOPPER_TAG_KEY', 'is missing: it proves which instances are ours');
  if (access[name.data] === undefined) {
    throw bad(Object.values(rowOf(name.data).keys).join(' and '), 'is missing');
  }
  const keys = { current: tagKey, ...(previous !== undefined && { previous }) };
  const gates = createMemoryGates();
  const passes = createPasses({ gates, clock, pause, cardOf, page: tell });
  const registry = createRegistry({ passes, access });
  const signer = createHmacSigner(keys);
  const provider = registry.providerNamed(name.data);
  return { provider, clock, pause, deployment, signer, report: tell };
}

/** The sweep without a control plane, its look and its act apart. Throws BadConfig. */
export function openStandalone(options: StandaloneOptions) {
  const ports = portsOf(options);
  return {
    deployment: ports.deployment,
    survey: () => surveyAlone(ports),
    sweep: () => sweepAlone(ports),
  };
}
