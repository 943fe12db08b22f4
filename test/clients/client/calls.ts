// One call of each route, in the contract's order.

import type { Client } from '../../../clients/client/client.ts';
import type { RouteName } from '../../../shared/api/contract/contract.ts';
import { signedMicroUsd } from '../../../shared/core/base/money.ts';
import { someLimits } from '../../support/builders/ledger.ts';
import { HOST_KEY, LEASE_ID } from '../builders.ts';

const why = 'a test';

export const CALLS: { readonly [Name in RouteName]: (client: Client) => Promise<unknown> } = {
  listOffers: (client) => client.listOffers({ gpuName: 'RTX 4090 (a*b!)', limit: 3 }),
  readOffer: (client) => client.readOffer('vastai_1', { diskGb: 40 }),
  readHealth: (client) => client.readHealth(),
  listLeases: (client) => client.listLeases({ consumer: '000000000000/user/you+me' }),
  requestLease: (client) => client.requestLease({ sshPublicKey: HOST_KEY }),
  readLease: (client) => client.readLease(LEASE_ID),
  readEvents: (client) => client.readEvents(LEASE_ID, { cursor: 'eyJzZXEiOjF9' }),
  extendLease: (client) => client.extendLease(LEASE_ID, { hours: 1 }),
  approveExtension: (client) =>
    client.approveExtension(LEASE_ID, { until: '2026-11-22T12:00:00Z', why }),
  attestLease: (client) => client.attestLease(LEASE_ID, { why }),
  releaseLease: (client) => client.releaseLease(LEASE_ID),
  deleteLease: (client) => client.deleteLease(LEASE_ID),
  recordHeartbeat: (client) => client.recordHeartbeat(LEASE_ID),
  recordNodeHeartbeat: (client) => client.recordNodeHeartbeat('token-1', { number: 1 }),
  readAccount: (client) => client.readAccount('123456789012/user/you+me'),
  changeAccount: (client) => client.changeAccount('self', { version: 1, why, ...someLimits() }),
  readAccountEvents: (client) => client.readAccountEvents(),
  readLedger: (client) => client.readLedger({ limit: 10 }),
  readCosts: (client) => client.readCosts({ groupBy: 'gpu', from: '2026-11-01' }),
  readLeaseCost: (client) => client.readLeaseCost(LEASE_ID),
  correctCharge: (client) =>
    client.correctCharge(LEASE_ID, { amountMicroUsd: signedMicroUsd(-5), why }),
  readReconciliations: (client) => client.readReconciliations(),
  placeFreeze: (client) => client.placeFreeze({ scope: 'all', why }),
  readFreezes: (client) => client.readFreezes(),
  thaw: (client) => client.thaw({ scope: 'all', why }),
  addProviderAccount: (client) => client.addProviderAccount('vastai', { account: '1', why }),
  readDoctor: (client) => client.readDoctor(),
  sweepProvider: (client) => client.sweepProvider(),
  reconcileCharges: (client) => client.reconcileCharges(),
  verifyLedger: (client) => client.verifyLedger(),
  readRun: (client) => client.readRun('sweep-k3v9x0c2m5n8q1w4e7r6'),
};
