// Runs one sweep in a separate process, so that its memory can be measured. Prints the results. The
// provider is in memory; the only argument is the database's address.

import { LOCAL_ACCESS } from '../local/aws/database.ts';
import { firstProvider } from '../local/markets.ts';
import { createRoomStore } from '../shared/adapters/dynamodb/billing/room-store.ts';
import { connect } from '../shared/adapters/dynamodb/client.ts';
import { createProviderAccountStore } from '../shared/adapters/dynamodb/instance/provider-account-store.ts';
import { createLeaseStore } from '../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { createAccountStore } from '../shared/adapters/dynamodb/ledger/account-store.ts';
import { createLedgerStore } from '../shared/adapters/dynamodb/ledger/ledger-store.ts';
import { createSweepStore } from '../shared/adapters/dynamodb/sweep/sweep-store.ts';
import { openTable } from '../shared/adapters/dynamodb/table.ts';
import { cardOf } from '../shared/adapters/providers/registry.ts';
import { executionOf } from '../shared/core/sweep/lease-findings.ts';
import type { KeyedProvider } from '../shared/ports/provider.ts';
import type { Workflow } from '../shared/ports/workflow.ts';
import { createSweepProvider } from '../shared/usecases/sweep/sweep-provider.ts';
import { aDeployment, aSigner } from '../test/support/builders/base.ts';
import { FLEET, fleetLease, instancesOf, SWEPT_AT } from './sweep-fleet.ts';

const [endpoint = ''] = process.argv.slice(2);
const client = connect({ endpoint, ...LOCAL_ACCESS });
const leases = openTable(client, 'leases');
const ledger = openTable(client, 'ledger');

const unexpected = (): never => {
  throw new Error('a sweep without findings must make no other call');
};
const instances = Array.from({ length: FLEET }, (_, number) =>
  instancesOf(fleetLease(number)),
).flat();
const names = new Set(
  Array.from({ length: FLEET }, (_, number) => executionOf(fleetLease(number))),
);
const provider: KeyedProvider = {
  card: cardOf(firstProvider),
  ...{ key: 'key-bench', previous: null, account: async () => '1' },
  list: async () => instances,
  ...{
    search: unexpected,
    create: unexpected,
    attachKey: unexpected,
    get: unexpected,
    destroy: unexpected,
  },
  charges: async () => [],
  balance: async () => 1_000_000_000_000,
};
const workflow: Workflow = {
  running: async () => names,
  ...{ start: unexpected, wake: unexpected, answer: unexpected, heartbeat: unexpected },
};

const sweep = createSweepProvider({
  leases: createLeaseStore(leases),
  pulses: createPulseStore(leases),
  accounts: createAccountStore(ledger),
  ledger: createLedgerStore(ledger),
  sweeps: createSweepStore(openTable(client, 'inventory')),
  rooms: createRoomStore(openTable(client, 'inventory')),
  providerAccounts: createProviderAccountStore(openTable(client, 'inventory')),
  ingest: { get: async () => ({ since: SWEPT_AT, lastAt: SWEPT_AT }), put: unexpected },
  clock: { now: () => SWEPT_AT },
  providers: () => provider,
  queues: () => ({ send: unexpected }),
  cardOf: () => provider.card,
  deployment: aDeployment,
  signer: aSigner,
  workflow,
  complete: () => undefined,
  page: (message) => {
    throw new Error(message);
  },
  log: (message) => {
    throw new Error(message);
  },
});

const from = performance.now();
const { open, listed, counts } = await sweep({ provider: firstProvider, unlessIdle: true });
const milliseconds = performance.now() - from;
const peakKb = process.resourceUsage().maxRSS;
process.stdout.write(JSON.stringify({ open, listed, counts, milliseconds, peakKb }));
