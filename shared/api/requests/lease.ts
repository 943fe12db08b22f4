// Makes the input of use cases from parsed lease requests.

import * as z from 'zod/mini';
import { Failure } from '../../core/base/failure.ts';
import { LeaseId } from '../../core/base/ids.ts';
import { EpochMs, hours, minutes, seconds } from '../../core/base/time.ts';
import type { Idle } from '../../core/instance/quiet.ts';
import type { ExtensionAsk } from '../../core/lease/extension.ts';
import type { Terms } from '../../core/lease/lease.ts';
import { IdempotencyKey } from '../contract/fields.ts';
import type { ExtendRequest, IdleRequest, LeaseRequest } from '../contract/lease.ts';
import { parse } from '../parse.ts';

/** The last lease of a page. */
export const LeasePlace = z.object({ id: LeaseId, requestedAt: EpochMs });
/** The last event of a page. */
export const EventPlace = z.object({ seq: z.int().check(z.gte(0)) });

const jobOf = ({ jobId, env }: LeaseRequest): string | undefined =>
  jobId ?? env['GPU_SHOPPER_JOB_ID'];

/** The environment of the instance, with the job id from `jobId` or from `env`. */
export function envOf(request: LeaseRequest): Readonly<Record<string, string>> {
  const job = jobOf(request);
  return job === undefined ? request.env : { ...request.env, GPU_SHOPPER_JOB_ID: job };
}

function idleOf(request: IdleRequest | undefined): Idle | null {
  if (request === undefined) return null;
  const { gpuPercentBelow, networkKbpsBelow, app = false, windowMinutes, action } = request;
  return {
    gpuPercentBelow: gpuPercentBelow ?? null,
    networkKbpsBelow: networkKbpsBelow ?? null,
    app,
    window: minutes(windowMinutes),
    action,
  };
}

/** The terms of the lease. The write-only `env` is separate. */
export function termsOf(request: LeaseRequest): Terms {
  const { gpuNames, gpuCount, minVramGb, countries, providers, diskGb } = request;
  const { liveness, image, startScript, sshPublicKey } = request;
  return {
    requirement: { gpuNames, gpuCount, minVramGb, countries, providers, diskGb },
    ceiling: request.ceilingMicroUsdPerHour,
    duration: hours(request.hours),
    silenceLimit: seconds(request.silenceLimitSeconds),
    liveness,
    idle: idleOf(request.idle),
    image,
    startScript,
    sshPublicKey,
    jobId: jobOf(request) ?? '',
    spendCapMicroUsd: request.spendCapMicroUsd,
    transferGb: request.transferGb,
    transferCeilingMicroUsdPerGb: request.transferCeilingMicroUsdPerGb,
    requireTransferReports: request.requireTransferReports,
    selfEnding: request.selfEnding,
  };
}

/** `hours` need an Idempotency-Key, which distinguishes a repeat from a second request. */
export function askOf({ until, hours }: ExtendRequest, key: string | undefined): ExtensionAsk {
  if (until !== undefined) return { kind: 'until', until };
  if (hours === undefined) throw new Failure('BadRequest', 'must have either until or hours');
  return { kind: 'more', added: hours, key: parse(IdempotencyKey, key, 'Idempotency-Key') };
}
