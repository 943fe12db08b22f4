// The facts of Vast.ai, from its documentation (August 2026), its command line client (2026) and
// field reports (until October 2026). None of them is measured by this project.

import { microUsd } from '../../../core/base/money.ts';
import { hours, minutes, seconds } from '../../../core/base/time.ts';
import type { CallClass, ProviderCard, ProviderLimit } from '../../../core/instance/card.ts';

/**
 * Start script and arguments together may have 4,096 bytes (documentation); users report 4,048.
 * The SSH key, the agent, and the lines that install them are part of it.
 */
export const MAX_ONSTART_BYTES = 4_000;
/** The agent takes at most 2,000 bytes, the adapter's own lines 400. */
const OWN_BYTES = 2_400;

/** Each endpoint has a limit of its own; after a refusal, its interval starts again. */
const limit = (name: CallClass, interval: number): ProviderLimit => ({
  ...{ name, covers: [name], penalty: seconds(interval) },
  windows: [{ every: seconds(interval), calls: 1 }],
});

export const card: ProviderCard = {
  provider: 'vastai',
  // Each accepted call creates another contract that bills (documentation).
  createIsIdempotent: false,
  // Vast.ai's own client times out after 120 s (client source).
  longestCreate: seconds(120),
  // Not documented: as for listings, our decision.
  searchLag: seconds(30),
  // Listings miss new contracts for 0 to 30 s (field reports).
  listLag: seconds(30),
  // Every page has `total_instances` (documentation).
  reportsTotal: true,
  // A stopped contract still bills its disk (documentation).
  stopsBilling: 'destroy',
  minimumTerm: seconds(0),
  // Billed per second (documentation); charges have a tenth of a cent as their unit.
  billing: { step: seconds(1), rounding: 'up' },
  // Items (GPU, disk, bytes up, bytes down) are rounded to a tenth of a cent (documentation). It is
  // not documented when a day's charges are final: a day is our decision. Charges of running
  // instances are shown from their first day on (documentation).
  charges: { step: microUsd(1_000), maxItems: 4, settledAfter: hours(24) },
  liveCharges: true,
  // 256 on create (documentation), "ideally below 128" (documentation).
  maxTagLength: 128,
  // 1 to 5 min is usual, huge images take 10 to 60 (documentation): 20 is our decision.
  bootLimit: minutes(20),
  // Each endpoint has an interval of its own, so that a second lane would only wait.
  lanes: 1,
  // Minimum intervals per endpoint, key and address (documentation). 10 searches a minute are
  // documented, 1 to 2 a second tolerated (reports).
  limits: [
    limit('launch', 4.5),
    limit('destroy', 3),
    limit('get', 2),
    limit('list', 1),
    limit('search', 1),
    limit('charges', 1),
  ],
  maxStartScriptBytes: MAX_ONSTART_BYTES - OWN_BYTES,
  sshUser: 'root',
  // Set in each container, with a key for this instance alone (documentation).
  reservedEnv: ['CONTAINER_ID', 'CONTAINER_API_KEY'],
  // The key of an instance may destroy that instance (documentation).
  selfEnding: true,
  // Only volumes outlive an instance, and we never create one.
  residues: [],
};

/** Longer than the slowest replies, shorter than `card.longestCreate`. */
export const CREATE_TIMEOUT = seconds(100);
export const CALL_TIMEOUT = seconds(30);

/** Storage is priced per month of exactly this many hours (checked against documented sums). */
export const STORAGE_MONTH_HOURS = 720;
