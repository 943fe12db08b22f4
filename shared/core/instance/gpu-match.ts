// Whether the GPUs that an instance reports are those of its offer. Marketplaces and drivers name
// GPUs differently, so only what contradicts counts: another model, another number of GPUs, or less
// memory than the card is sold with.

import type { Offer } from './offer.ts';
import type { NodeFacts } from './pulse.ts';
import type { Telemetry } from './telemetry.ts';

/** A card with error correction reports up to 7 % less memory than it is sold with. */
const MIN_MEMORY_PERCENT = 90;
const MB_PER_GB = 1_024;

type Model = { readonly number: string; readonly ti: boolean; readonly isSuper: boolean };

/** Consumer cards have variants of the same number: 4070, 4070 Ti, 4070 SUPER, 4070 Ti SUPER. */
const CONSUMER_NUMBER = /^(10|16|20|30|40|50)[5-9]0$/;

/** The model in `NVIDIA GeForce RTX 4070 Ti SUPER` or `RTX 4070S Ti`; null without a number. */
function modelOf(name: string): Model | null {
  const [, number, glued = ''] = /\b([A-Z]{0,2}\d{1,4})([A-Za-z]*)\b/.exec(name) ?? [];
  if (number === undefined) return null;
  if (!CONSUMER_NUMBER.test(number)) return { number, ti: false, isSuper: false };
  const words = [glued, ...name.split(/[\s-]+/)].map((word) => word.toLowerCase());
  const has = (...some: string[]): boolean => some.some((word) => words.includes(word));
  return { number, ti: has('ti'), isSuper: has('s', 'super') };
}

function isSameModel(offered: string, reported: string): boolean {
  const [one, other] = [modelOf(offered), modelOf(reported)];
  if (one === null || other === null) return true;
  return one.number === other.number && one.ti === other.ti && one.isSuper === other.isSuper;
}

/** The least memory of a GPU in the telemetry, in MB; null when it is unknown. */
function findLeastMemory(telemetry: Telemetry | null): number | null {
  const reported = (telemetry?.gpus ?? []).flatMap(([, , memory]) => memory ?? []);
  return reported.length === 0 ? null : Math.min(...reported);
}

/** Why the reported GPUs are not those of the offer; null when nothing contradicts it. */
export function gpuMismatch(
  { gpuName, gpuCount, vramGb }: Pick<Offer, 'gpuName' | 'gpuCount' | 'vramGb'>,
  facts: NodeFacts | null,
  telemetry: Telemetry | null,
): string | null {
  // An instance without an agent reports nothing.
  if (facts === null) return null;
  if (facts.gpuCount === null) return 'nvidia-smi does not work on the instance';
  if (facts.gpuCount !== gpuCount) {
    return `the instance has ${facts.gpuCount} GPUs; the offer has ${gpuCount}`;
  }
  if (facts.gpuName !== null && !isSameModel(gpuName, facts.gpuName)) {
    return `the instance has an ${facts.gpuName}; the offer has an ${gpuName}`;
  }
  const memory = findLeastMemory(telemetry);
  if (memory === null || memory * 100 >= vramGb * MB_PER_GB * MIN_MEMORY_PERCENT) return null;
  return `a GPU of the instance has ${memory} MB of memory; the offer has ${vramGb} GB`;
}
