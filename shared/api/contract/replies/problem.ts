// The reply of any route that refuses or fails: a problem document (RFC 9457).

import * as z from 'zod/mini';
import { MicroUsd } from '../../../core/base/money.ts';

export const ProblemReply = z.strictObject({
  /** Stable, for programs. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** For people. */
  detail: z.string(),
  requestId: z.string(),
  /** Whether the same request may succeed later. */
  retryable: z.boolean(),
  /** The public name of the invalid field. */
  field: z.optional(z.string()),
  /** The exceeded limit, and its room and the requested amount in its own unit. */
  limit: z.optional(z.string()),
  room: z.optional(z.int()),
  asked: z.optional(z.int()),
  holds: z.optional(z.array(z.strictObject({ leaseId: z.string(), amountMicroUsd: MicroUsd }))),
  percent: z.optional(z.int()),
  allowed: z.optional(z.array(z.string())),
  /** The current version of the limits. */
  version: z.optional(z.int()),
});
export type ProblemReply = z.infer<typeof ProblemReply>;
