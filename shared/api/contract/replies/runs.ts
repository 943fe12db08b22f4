// What routes of runs answer.

import * as z from 'zod/mini';
import { ConsumerId, RunId } from '../../../core/base/ids.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { IsoTime } from '../fields.ts';
import { ReconciliationReply, VerifyReply } from './billing.ts';
import { SweepReply } from './operations.ts';

const common = {
  id: RunId,
  /** The provider of a sweep or reconciliation. */
  provider: z.nullable(ProviderName),
  /** The account of a verification; null for all accounts. */
  consumer: z.nullable(ConsumerId),
  state: z.enum(['requested', 'running', 'done', 'failed']),
  /** The operator who requested it, and when. */
  by: ConsumerId,
  at: IsoTime,
  /** How many functions have started it. */
  tries: z.int(),
  /** Null until it is done or failed. */
  endedAt: z.nullable(IsoTime),
  /** Why it failed; null unless it did. */
  failure: z.nullable(z.string()),
};

/** A run, with its result once it is done. */
export const RunReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sweep'), ...common, result: z.nullable(SweepReply) }),
  z.strictObject({
    kind: z.literal('reconcile'),
    ...common,
    result: z.nullable(ReconciliationReply),
  }),
  z.strictObject({ kind: z.literal('verify'), ...common, result: z.nullable(VerifyReply) }),
]);
export type RunReply = z.infer<typeof RunReply>;

export const runReplies = {
  sweepProvider: RunReply,
  reconcileCharges: RunReply,
  verifyLedger: RunReply,
  readRun: RunReply,
} as const;
