// The Vast.ai adapter against the Vast.ai simulator, over real HTTP on loopback.

import * as z from 'zod/mini';
import { createSimulator } from '../../local/simulators/vastai/simulator.ts';
import {
  CHARGES_SPACING,
  card,
  SEARCH_SPACING,
} from '../../shared/adapters/providers/vastai/card.ts';
import { createVastai } from '../../shared/adapters/providers/vastai/vastai.ts';
import { brandId, InstanceId, OfferId } from '../../shared/core/base/ids.ts';
import {
  after,
  between,
  type DurationMs,
  type EpochMs,
  seconds,
} from '../../shared/core/base/time.ts';
import type { Provider } from '../../shared/ports/provider.ts';
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
  pass(SEARCH_SPACING);
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

/** The provider's minimum time between two calls of an endpoint, as its rate limits document it. */
const SPACING: Readonly<Partial<Record<keyof Provider, DurationMs>>> = {
  ...card.spacing,
  search: SEARCH_SPACING,
  charges: CHARGES_SPACING,
};

/** Time passes before a call that would come too early, as the callers of an adapter see to. */
function spaced(provider: Provider, { now, pass }: Pick<Harness, 'now' | 'pass'>): Provider {
  const nextAt = new Map<keyof Provider, EpochMs>();
  const wait = (name: keyof Provider): void => {
    pass(between(now(), nextAt.get(name) ?? now()));
  };
  const called = (name: keyof Provider): void => {
    nextAt.set(name, after(now(), SPACING[name] ?? seconds(0)));
  };
  const around =
    <Args extends unknown[], Result>(
      name: keyof Provider,
      call: (...args: Args) => Promise<Result>,
    ) =>
    async (...args: Args): Promise<Result> => {
      wait(name);
      try {
        return await call(...args);
      } finally {
        called(name);
      }
    };
  return {
    ...provider,
    search: around('search', provider.search),
    create: around('create', provider.create),
    get: around('get', provider.get),
    list: around('list', provider.list),
    destroy: around('destroy', provider.destroy),
    charges: around('charges', provider.charges),
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
  const instanceId = (id: string): InstanceId => brandId(InstanceId, id);
  return {
    provider: spaced(createVastai({ baseUrl, keys: { apiKey: API_KEY }, pause }), {
      now: () => now,
      pass,
    }),
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
