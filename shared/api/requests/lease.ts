// From a parsed request to the terms of a lease.

import { hours, seconds } from '../../core/base/time.ts';
import type { Terms } from '../../core/lease/lease.ts';
import type { LeaseRequest } from '../contract/contract.ts';
import { idleOf } from './idle.ts';

const jobOf = ({ jobId, env }: LeaseRequest): string | undefined =>
  jobId ?? env['GPU_SHOPPER_JOB_ID'];

/** What the machine is told: with its job's name, whichever way it was given. */
export function envOf(request: LeaseRequest): Readonly<Record<string, string>> {
  const job = jobOf(request);
  return job === undefined ? request.env : { ...request.env, GPU_SHOPPER_JOB_ID: job };
}

/** What the lease promises. The write-only `env` travels apart from it. */
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
  };
}
