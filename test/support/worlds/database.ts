// An embedded DynamoDB for one test file, in memory, with the tables and the real stores. A store
// must never be replaced by a fake.

import { createMemoryBlobs } from '../../../local/aws/blobs.ts';
import { LOCAL_ACCESS, openDatabase } from '../../../local/aws/database.ts';
import { connect } from '../../../shared/adapters/dynamodb/client.ts';
import { createLeaseStore } from '../../../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../../../shared/adapters/dynamodb/lease/pulse-store.ts';
import { createAccountStore } from '../../../shared/adapters/dynamodb/ledger/account-store.ts';
import { createLedgerStore } from '../../../shared/adapters/dynamodb/ledger/ledger-store.ts';
import { createMenuStore } from '../../../shared/adapters/dynamodb/menu/menu-store.ts';
import { openTable } from '../../../shared/adapters/dynamodb/table.ts';
import { seconds } from '../../../shared/core/base/time.ts';

export type TestDatabase = Awaited<ReturnType<typeof openTestDatabase>>;

/**
 * Opens the database, which takes 23 ms when dynalite is loaded. `calls` lists the operations of
 * all requests, such as `UpdateItem`; `calls.length = 0` clears it.
 */
export async function openTestDatabase() {
  const { endpoint, close: closeEngine } = await openDatabase();
  const calls: string[] = [];
  const onCall = (operation: string): void => {
    calls.push(operation);
  };
  const connection = connect({ endpoint, onCall, ...LOCAL_ACCESS });
  const blobs = createMemoryBlobs();
  const tables = {
    leases: openTable(connection, 'leases'),
    ledger: openTable(connection, 'ledger'),
    inventory: openTable(connection, 'inventory'),
    live: openTable(connection, 'live'),
  };
  return {
    endpoint,
    calls,
    tables,
    blobs,
    leases: createLeaseStore(tables.leases),
    pulses: createPulseStore(tables.leases),
    accounts: createAccountStore(tables.ledger),
    ledger: createLedgerStore(tables.ledger),
    menu: createMenuStore(tables.inventory, blobs, () => seconds(30)),
    close: closeEngine,
  };
}
