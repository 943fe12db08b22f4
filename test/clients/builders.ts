// Leases, offers and events as the service returns them; a test overrides the fields it needs.

import type { Lease, LeaseEvent, Offer } from '../../clients/client/replies.ts';
import { brandId, LeaseId, OfferId } from '../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../shared/core/base/money.ts';
import { epochMs, isoTime } from '../../shared/core/base/time.ts';

export const LEASE_ID = 'k3v9x0c2m5n8q1w4e7r6';
export const HOST_KEY = `ssh-ed25519 ${'A'.repeat(68)}`;

/** `seconds` after noon. */
export const at = (seconds: number): string =>
  isoTime(epochMs(Date.UTC(2026, 10, 21, 12) + seconds * 1_000));

export function anOffer(over: Partial<Offer> = {}): Offer {
  return {
    id: brandId(OfferId, 'vastai_23456789'),
    provider: 'vastai',
    gpuName: 'RTX 4090',
    gpuCount: 1,
    vramGb: 24,
    country: 'US',
    reliabilityPermille: 995,
    microUsdPerHour: microUsdPerHour(242_800),
    gpuMicroUsdPerHour: microUsdPerHour(236_133),
    diskMicroUsdPerGbHour: microUsdPerHour(209),
    uploadMicroUsdPerGb: microUsd(3_000),
    downloadMicroUsdPerGb: microUsd(2_000),
    ageSeconds: 42,
    ...over,
  };
}

/** A lease that was just requested. */
export function aLease(over: Partial<Lease> = {}): Lease {
  return {
    id: brandId(LeaseId, LEASE_ID),
    state: 'requested',
    endReason: null,
    requestedAt: at(0),
    activeAt: null,
    endsAt: null,
    endedAt: null,
    silenceLimitSeconds: 300,
    liveness: 'auto',
    queue: null,
    attempts: 0,
    offer: null,
    ssh: [],
    sshHostKey: null,
    holdMicroUsd: microUsd(1_250_000),
    chargedMicroUsd: null,
    absenceProof: null,
    can: ['release'],
    ...over,
  };
}

export function anActiveLease(over: Partial<Lease> = {}): Lease {
  const { ageSeconds: _, ...offer } = anOffer();
  return aLease({
    state: 'active',
    activeAt: at(45),
    endsAt: at(3_645),
    attempts: 1,
    offer,
    ssh: [{ host: '203.0.113.7', port: 40_022, user: 'root' }],
    sshHostKey: HOST_KEY,
    can: ['heartbeat', 'release'],
    ...over,
  });
}

export function anEndedLease(over: Partial<Lease> = {}): Lease {
  return anActiveLease({
    state: 'ended',
    endReason: 'released',
    endsAt: null,
    endedAt: at(420),
    ssh: [],
    sshHostKey: null,
    holdMicroUsd: microUsd(0),
    chargedMicroUsd: microUsd(25_294),
    absenceProof: { by: 'listings', firstListingAt: at(390), secondListingAt: at(410) },
    can: [],
    ...over,
  });
}

export function anEvent(seq: number, type: string, reason = 'because'): LeaseEvent {
  return { seq, at: at(seq), type, reason };
}
