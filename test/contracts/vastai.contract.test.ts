// The Vast.ai adapter against the Vast.ai simulator, over real HTTP on loopback.

import * as z from 'zod/mini';
import { createSimulator } from '../../local/simulators/vastai/simulator.ts';
import { createVastai } from '../../shared/adapters/providers/vastai/vastai.ts';
import { brandId, InstanceId, OfferId } from '../../shared/core/base/ids.ts';
import { after, type DurationMs, type EpochMs } from '../../shared/core/base/time.ts';
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
  from = 0,
  below = MAX_MACHINE_ID,
): Promise<readonly OfferId[]> {
  const filters = { direct_port_count: { gte: 1 }, machine_id: { gte: from, lt: below } };
  const response = await fetch(`${url}/api/v0/bundles/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: JSON.stringify({ ...filters, limit: MAX_SEARCH }),
  });
  const { offers } = Found.parse(await response.json());
  if (offers.length < MAX_SEARCH) return offers.map(({ id }) => brandId(OfferId, `vastai_${id}`));
  const middle = Math.floor((from + below) / 2);
  return [...(await leasable(url, from, middle)), ...(await leasable(url, middle, below))];
}

async function start(options: StartOptions = {}): Promise<Harness> {
  let now: EpochMs = at('12:00');
  let refusals = 0;
  const pass = (length: DurationMs): void => {
    now = after(now, length);
  };
  const simulator = createSimulator({
    keys: { apiKey: API_KEY },
    now: () => now,
    credit: options.creditUsd ?? 1_000,
    rateLimits: options.rateLimits ?? false,
    othersShare: options.othersShare ?? 0,
    offers: options.largeMarket ? 340 : 120,
    // The simulator sets no timers: the tests move the clock.
    after: () => () => {},
  });
  const baseUrl = await simulator.listen();
  const pause = async (length: DurationMs): Promise<void> => pass(length);
  const instanceId = (id: string): InstanceId => brandId(InstanceId, id);
  return {
    provider: createVastai({ baseUrl, keys: { apiKey: API_KEY }, pause }),
    stranger: createVastai({
      baseUrl,
      keys: { apiKey: 'a-wrong-key' },
      pause,
      onRefusedKey: () => {
        refusals += 1;
      },
    }),
    refusals: () => refusals,
    key: API_KEY,
    pageSize: PAGE_SIZE,
    leasable: () => leasable(baseUrl),
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

providerContract('vastai', start);
