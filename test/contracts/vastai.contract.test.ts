// The Vast.ai adapter against the Vast.ai simulator, over real HTTP on loopback.

import * as z from 'zod/mini';
import { createSimulator } from '../../local/simulators/vastai/simulator.ts';
import { createMemoryGates } from '../../shared/adapters/memory-gates.ts';
import { card } from '../../shared/adapters/providers/vastai/card.ts';
import { createVastai } from '../../shared/adapters/providers/vastai/vastai.ts';
import { brandId, InstanceId, OfferId } from '../../shared/core/base/ids.ts';
import { after, type DurationMs, type EpochMs, seconds } from '../../shared/core/base/time.ts';
import type { CallClass } from '../../shared/core/instance/card.ts';
import type { Pass, Passes } from '../../shared/ports/passes.ts';
import type { Provider } from '../../shared/ports/provider.ts';
import { createPasses } from '../../shared/usecases/common/take-pass.ts';
import { at } from '../support/builders/base.ts';
import type { Harness, StartOptions } from './harness.ts';
import { providerContract } from './provider.contract.ts';

const API_KEY = 'the-right-key';
const PAGE_SIZE = 25;
const MAX_SEARCH = 64;
/** Above every machine id of the simulator. */
const MAX_MACHINE_ID = 2 ** 20;

const Found = z.object({ offers: z.array(z.object({ id: z.number() })) });

/**
 * Every leasable offer, found by halving the range of machine ids until a search returns less than
 * a page. The adapter pages by price instead.
 */
async function leasable(
  url: string,
  pass: Harness['pass'],
  { from, below } = { from: 0, below: MAX_MACHINE_ID },
): Promise<readonly OfferId[]> {
  pass(seconds(1));
  const filters = { direct_port_count: { gte: 1 }, machine_id: { gte: from, lt: below } };
  const response = await fetch(`${url}/api/v0/bundles/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: JSON.stringify({ ...filters, limit: MAX_SEARCH }),
  });
  const { offers } = Found.parse(await response.json());
  if (offers.length < MAX_SEARCH) return offers.map(({ id }) => brandId(OfferId, `vastai_${id}`));
  const middle = Math.floor((from + below) / 2);
  return [
    ...(await leasable(url, pass, { from, below: middle })),
    ...(await leasable(url, pass, { from: middle, below })),
  ];
}

/** As a launch does it: the pass comes before the create call, after minutes if need be. */
function launching(provider: Provider, { take }: Passes, wait: Harness['pass']): Provider {
  const takeLaunch = async (tries: number): Promise<Pass> => {
    const [taken] = await Promise.allSettled([take('vastai', 'launch')]);
    if (taken.status === 'fulfilled') return taken.value;
    if (tries === 1) throw taken.reason;
    wait(seconds(60));
    return takeLaunch(tries - 1);
  };
  return {
    ...provider,
    create: async (...given) => {
      const pass = await takeLaunch(5);
      const outcome = await provider.create(...given);
      const refused = { kind: 'refused', retryAfter: null } as const;
      await pass.note(outcome.kind === 'rate-limited' ? refused : { kind: 'answered' });
      return outcome;
    },
  };
}

async function start(options: StartOptions & RateLimits): Promise<Harness> {
  let now: EpochMs = at('12:00');
  let refusals = 0;
  const pass = (length: DurationMs): void => {
    now = after(now, length);
  };
  const simulator = createSimulator({
    keys: { apiKey: API_KEY },
    now: () => now,
    credit: options.creditUsd ?? 1_000,
    refusalRestarts: options.refusalRestarts,
    othersShare: options.othersShare ?? 0,
    offers: options.largeMarket ? 340 : 120,
    // The simulator sets no timers: the tests move the clock.
    after: () => () => {},
  });
  const baseUrl = await simulator.listen();
  const pause = async (length: DurationMs): Promise<void> => pass(length);
  const passes = createPasses({
    ...{ gates: createMemoryGates(), clock: { now: () => now }, pause, cardOf: () => card },
    page: (message) => {
      throw new Error(message);
    },
  });
  const takePass = (callClass: CallClass) => passes.take('vastai', callClass);
  const instanceId = (id: string): InstanceId => brandId(InstanceId, id);
  return {
    provider: launching(
      createVastai({ baseUrl, keys: { apiKey: API_KEY }, takePass }),
      passes,
      pass,
    ),
    stranger: createVastai({
      baseUrl,
      keys: { apiKey: 'a-wrong-key' },
      takePass,
      onRefusedKey: () => {
        refusals += 1;
      },
    }),
    refusals: () => refusals,
    key: API_KEY,
    pageSize: PAGE_SIZE,
    leasable: () => leasable(baseUrl, pass),
    now: () => now,
    pass,
    addFault: (fault) => simulator.addFault(fault),
    clearFaults: () => simulator.clearFaults(),
    instances: () =>
      simulator.instances().map(({ id, label, alive, chargedMicroUsd }) => ({
        id: instanceId(id),
        label,
        alive,
        chargedMicroUsd,
      })),
    addForeign: (label) => instanceId(simulator.addForeignInstance(label)),
    creates: () => simulator.requests().filter(({ path }) => path.includes('/asks/')).length,
    tooFast: () => simulator.requests().filter(({ status }) => status === 429).length,
    close: () => simulator.close(),
  };
}

type RateLimits = { readonly refusalRestarts: boolean };

// Whether a refused call restarts the wait is not documented.
for (const refusalRestarts of [false, true]) {
  const name = refusalRestarts ? 'vastai, whose refusals restart the wait' : 'vastai';
  providerContract(name, (options = {}) => start({ ...options, refusalRestarts }));
}
