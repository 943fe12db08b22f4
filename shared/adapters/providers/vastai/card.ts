// What Vast.ai's words mean. Facts from its documentation (August 2026), its command line client
// (2026) and field reports (to October 2026); nothing here is measured by us.

import { microUsd } from '../../../core/base/money.ts';
import { hours, minutes, seconds } from '../../../core/base/time.ts';
import type { ProviderCard } from '../../../core/instance/card.ts';

/**
 * Start script and arguments may hold 4,096 bytes together (documentation); users report 4,048.
 * The SSH key, the agent, and the lines that install them travel in it.
 */
export const MAX_ONSTART_BYTES = 4_000;
/** The agent may take 2,000 bytes, our own lines 400. */
const OUR_BYTES = 2_400;

export const card: ProviderCard = {
  provider: 'vastai',
  // Each accepted call is one more contract that bills (documentation).
  createIsIdempotent: false,
  // Its own client gives up after 120 s (client source).
  longestCreate: seconds(120),
  // New contracts are missing from lists for 0 to 30 s (field reports).
  listLag: seconds(30),
  // A stopped contract still bills its disk (documentation).
  stopsBilling: 'destroy',
  minimumTerm: seconds(0),
  // Per second (documentation); charges are shown to a tenth of a cent.
  billing: { step: seconds(1), rounding: 'up' },
  // Items (GPU, disk, bytes up, bytes down) are told to a tenth of a cent (documentation). When a
  // day's charges are final isn't documented: a day is our decision.
  charges: { step: microUsd(1_000), maxItems: 4, settledAfter: hours(24) },
  // 256 on create (documentation), "ideally below 128" (its own advice).
  maxTagLength: 128,
  // 1 to 5 min is usual, huge images take 10 to 60 (documentation): 20 is our decision.
  bootLimit: minutes(20),
  // Least intervals per endpoint, key and address (documentation).
  spacing: { create: seconds(4.5), destroy: seconds(3), get: seconds(2), list: seconds(1) },
  maxStartScriptBytes: MAX_ONSTART_BYTES - OUR_BYTES,
  sshUser: 'root',
  // Only volumes outlive an instance, and we never create one.
  residues: [],
};

/** Longer than its slowest answers, shorter than `card.longestCreate`. */
export const CREATE_TIMEOUT = seconds(100);
export const CALL_TIMEOUT = seconds(30);

/** Between two pages: 10 searches a minute are documented, 1 to 2 a second tolerated (reports). */
export const SEARCH_SPACING = seconds(1);
/** Between two pages of charges (documentation). */
export const CHARGES_SPACING = seconds(1);
/** Storage is priced per month of exactly this many hours (checked against documented sums). */
export const STORAGE_MONTH_HOURS = 720;
