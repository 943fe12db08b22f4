// Parses replies of the service by the loose form of the contract's reply schemas.

import type * as z from 'zod/mini';
import type { RouteName } from '../../shared/api/contract/contract.ts';
import { type Reply, replies } from '../../shared/api/contract/replies/replies.ts';
import { loose } from './loose.ts';

const schemas: { readonly [Name in RouteName]: z.ZodMiniType<Reply<Name>> } = replies;

/** The reply, or the first field that is missing or has another type. */
export type ParsedReply<Name extends RouteName> =
  | { readonly kind: 'reply'; readonly reply: Reply<Name> }
  | { readonly kind: 'unexpected'; readonly field: string };

export function parseReply<Name extends RouteName>(name: Name, json: unknown): ParsedReply<Name> {
  const parsed = loose(schemas[name]).safeParse(json);
  if (parsed.success) return { kind: 'reply', reply: parsed.data };
  return { kind: 'unexpected', field: parsed.error.issues[0]?.path.join('.') ?? '' };
}
