// Provider cards, instances and listings for tests.

import { microUsd, microUsdPerHour } from '../../../shared/core/base/money.ts';
import { type EpochMs, minutes, seconds } from '../../../shared/core/base/time.ts';
import type { Birth } from '../../../shared/core/instance/birth.ts';
import type { ProviderCard } from '../../../shared/core/instance/card.ts';
import type { Claimed } from '../../../shared/core/instance/claim.ts';
import type { Instance } from '../../../shared/core/instance/instance.ts';
import { tagOf } from '../../../shared/core/instance/ownership.ts';
import type { Listing, Row } from '../../../shared/core/instance/sighting.ts';
import { aDeployment, aLeaseId, anInstanceId, aSigner, at } from './base.ts';

/** Listings lag by 30 s, an instance boots within 10 min, and there is no minimum term. */
export function aCard(change: Partial<ProviderCard> = {}): ProviderCard {
  return {
    provider: 'vastai',
    createIsIdempotent: false,
    longestCreate: minutes(1),
    searchLag: seconds(30),
    listLag: seconds(30),
    reportsTotal: true,
    stopsBilling: 'destroy',
    minimumTerm: minutes(0),
    billing: { step: seconds(1), rounding: 'up' },
    charges: { step: microUsd(10_000), maxItems: 4, settledAfter: minutes(60) },
    maxTagLength: 100,
    bootLimit: minutes(10),
    lanes: 1,
    limits: (['launch', 'destroy', 'get', 'list', 'search', 'charges'] as const).map((name) => ({
      ...{ name, covers: [name], penalty: seconds(1) },
      windows: [{ every: seconds(1), calls: 1 }],
    })),
    maxStartScriptBytes: 2_000,
    sshUser: 'root',
    reservedEnv: ['CONTAINER_ID'],
    selfEnding: true,
    liveCharges: true,
    residues: [],
    ...change,
  };
}

/** Created at 12:01 on the host of the builders' offer. */
export function aBirth(change: Partial<Birth> = {}): Birth {
  return { createdAt: at('12:01'), hostId: 'm1', image: 'ubuntu:24.04', ...change };
}

/** A running instance of the first attempt of lease `a`. */
export function anInstance(change: Partial<Instance> = {}): Instance {
  return {
    id: anInstanceId(),
    label: tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 }, aSigner),
    status: 'running',
    statusText: 'running since noon',
    badImage: false,
    rate: microUsdPerHour(404_000),
    ssh: [{ host: '192.0.2.1', port: 22, user: 'root' }],
    unreadable: [],
    birth: aBirth(),
    ...change,
  };
}

/** An instance of one attempt of lease `a`, as a listing shows it with its tag. */
export function aSighting(attempt = 1, change: Partial<Instance> = {}): Claimed {
  const owner = { deployment: aDeployment, leaseId: aLeaseId(), attempt };
  return {
    instance: anInstance({ label: tagOf(owner, aSigner), ...change }),
    owner,
    claim: 'tagged',
  };
}

/** Complete listings, started at `listedAt`, that show these instances. */
export const aListing = (listedAt: EpochMs, ...rows: readonly Row[]): Listing => ({
  listedAt,
  rows,
});
