// From a parsed request to the terms of a lease.

import type { Terms } from '../core/lease.ts';
import { hours, seconds } from '../core/time.ts';
import type { LeaseRequest } from './contract.ts';
import { idleOf } from './idle-request.ts';

/** What the lease promises. The write-only `env` travels apart from it. */
export function termsOf(request: LeaseRequest): Terms {
  const { gpuNames, gpuCount, vramGbLeast, countries, providers, diskGb } = request;
  const { liveness, image, startScript, sshPublicKey } = request;
  return {
    requirement: { gpuNames, gpuCount, vramGbLeast, countries, providers, diskGb },
    ceiling: request.ceilingMicroUsdPerHour,
    duration: hours(request.hours),
    silenceLimit: seconds(request.silenceLimitSeconds),
    liveness,
    idle: idleOf(request.idle),
    image,
    startScript,
    sshPublicKey,
    // Machines know it by this name; nothing else of `env` is kept.
    jobId: request.env['GPU_SHOPPER_JOB_ID'] ?? '',
    spendCapMicroUsd: request.spendCapMicroUsd,
  };
}
