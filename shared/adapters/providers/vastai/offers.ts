// Converts a row of Vast.ai's search to an offer. Money is rounded up here, once. Each filter is
// checked again, since Vast.ai does not always apply them exactly.

import { brandId, OfferId } from '../../../core/base/ids.ts';
import { fromUsd, fromUsdPerHour } from '../../../core/base/money.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { type EpochMs, epochMs } from '../../../core/base/time.ts';
import type { Offer } from '../../../core/instance/offer.ts';
import { STORAGE_MONTH_HOURS } from './card.ts';
import type { Ask } from './wire.ts';

/**
 * The memory sizes of sold cards, in gibibytes: common knowledge, not from a list. A row has the
 * usable memory: 24,564 MB of a card with 24 GB, 46,068 MB of one with 48 GB and error correction.
 */
const SOLD_VRAM_GB = [
  4, 6, 8, 10, 11, 12, 16, 20, 24, 32, 40, 48, 64, 80, 94, 96, 141, 180, 192, 288,
];
/** The minimum share of the nominal size that is usable. */
const MIN_USABLE = 0.93;
const MB_PER_GB = 1_024;

/** The nominal size of the card; the nearest whole size when none fits. */
export function nominalVramGb(megabytes: number): number {
  const usable = megabytes / MB_PER_GB;
  const sold = SOLD_VRAM_GB.find((size) => usable <= size + 0.5);
  return sold !== undefined && usable >= sold * MIN_USABLE ? sold : Math.round(usable);
}

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const isCountry = (text: string): boolean =>
  /^[A-Z]{2}$/.test(text) && text !== 'EU' && regions.of(text) !== undefined;

/**
 * The country in a host's free text, such as "Texas, US", ", CN", "Paris, FR, EU"; null without.
 */
export function countryOf(geolocation: string | null | undefined): string | null {
  const parts = (geolocation ?? '').split(',').map((part) => part.trim());
  return parts.findLast(isCountry) ?? null;
}

/** On-demand, verified, free, reachable by SSH, and with a valid price. */
function isLeasable(ask: Ask): boolean {
  return (
    ask.verification === 'verified' &&
    ask.rentable &&
    !ask.rented &&
    ask.is_bid !== true &&
    ask.external !== true &&
    ask.direct_port_count >= 1 &&
    ask.num_gpus >= 1 &&
    nominalVramGb(ask.gpu_ram) >= 1 &&
    ask.dph_base > 0 &&
    ask.dph_total > 0 &&
    Math.min(ask.storage_cost, ask.inet_up_cost, ask.inet_down_cost, ask.disk_space) >= 0
  );
}

/**
 * The rate without storage, in dollars. Normally it is `dph_base`; when the total is more than base
 * and storage, the difference counts as the rate of the GPU.
 */
function gpuUsdPerHour(ask: Ask, storageGb: number): number {
  const storage = (ask.storage_cost * storageGb) / STORAGE_MONTH_HOURS;
  return Math.max(ask.dph_base, ask.dph_total - storage);
}

const endOf = (ask: Ask): EpochMs | null => {
  const end = ask.end_date ?? 0;
  return end > 0 ? epochMs(Math.floor(end * 1_000)) : null;
};

/** The faster direction of the link, rounded up; null when it is unknown. */
function linkMbpsOf({ inet_up, inet_down }: Ask): number | null {
  const fastest = Math.ceil(Math.max(inet_up ?? 0, inet_down ?? 0));
  return fastest < 1 ? null : Math.min(fastest, policy.bytes.maxLinkMbps);
}

/** The offer of a row priced with `storageGb` of disk; null when it can't be leased. */
export function offerOf(ask: Ask, storageGb: number): Offer | null {
  if (!isLeasable(ask)) return null;
  return {
    id: brandId(OfferId, `vastai_${ask.id}`),
    provider: 'vastai',
    providerOfferId: ask.id,
    hostId: ask.machine_id,
    gpuName: ask.gpu_name,
    gpuCount: ask.num_gpus,
    vramGb: nominalVramGb(ask.gpu_ram),
    country: countryOf(ask.geolocation),
    reliabilityPermille: Math.floor(Math.min(1, Math.max(0, ask.reliability2)) * 1_000),
    maxDiskGb: ask.disk_space,
    gpuMicroUsdPerHour: fromUsdPerHour(gpuUsdPerHour(ask, storageGb)),
    diskMicroUsdPerGbHour: fromUsdPerHour(ask.storage_cost / STORAGE_MONTH_HOURS),
    uploadMicroUsdPerGb: fromUsd(ask.inet_up_cost),
    downloadMicroUsdPerGb: fromUsd(ask.inet_down_cost),
    linkMbps: linkMbpsOf(ask),
    availableUntil: endOf(ask),
  };
}
