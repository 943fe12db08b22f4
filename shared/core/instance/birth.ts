// What a provider reports about the birth of an instance. These facts never change while the
// instance exists, so they identify it when its label is rewritten or its number is used again.

import * as z from 'zod/mini';
import { EpochMs } from '../base/time.ts';

/** A fact is null where the provider does not report it. */
export const Birth = z.object({
  /** When the instance was created; not its last start. */
  createdAt: z.nullable(EpochMs),
  hostId: z.nullable(z.string()),
  image: z.nullable(z.string()),
});
export type Birth = z.infer<typeof Birth>;

const FACTS = ['createdAt', 'hostId', 'image'] as const;

/**
 * Whether both are the birth of one instance: every fact that both have is equal, and the creation
 * time or the host is among them. An image alone identifies nothing.
 */
export function isSameBirth(one: Birth, other: Birth): boolean {
  const shared = FACTS.filter((fact) => one[fact] !== null && other[fact] !== null);
  const identifies = shared.includes('createdAt') || shared.includes('hostId');
  return identifies && shared.every((fact) => one[fact] === other[fact]);
}
