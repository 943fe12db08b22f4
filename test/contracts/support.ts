// Helpers of the contract suite: an instance to launch, and reads of the actual state. They must be
// independent of any provider.

import { expect, onTestFinished } from 'vitest';
import { brandId, InstanceId } from '../../shared/core/base/ids.ts';
import { invariant } from '../../shared/core/base/invariant.ts';
import type { CreateOutcome, LaunchSpec } from '../../shared/core/instance/launch.ts';
import type { Offer } from '../../shared/core/instance/offer.ts';
import { type Tag, tagOf } from '../../shared/core/instance/ownership.ts';
import { aDeployment, aLeaseId, aSigner } from '../support/builders/base.ts';
import type { Harness, Start } from './harness.ts';

export const DISK_GB = 20;

export const spec: LaunchSpec = {
  image: 'nvidia/cuda:12.6.3-runtime-ubuntu22.04',
  diskGb: DISK_GB,
  env: { TOKEN: 'secret-of-the-test' },
  startScript: 'echo started',
  agent: null,
  sshPublicKey: 'ssh-ed25519 AAAA test',
};

export const aTag = (attempt = 1): Tag =>
  tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt }, aSigner);

export const unknownId = brandId(InstanceId, '987654321');

/** Starts harnesses that are closed at the end of their tests. */
export const beginner =
  (start: Start): Start =>
  async (options) => {
    const harness = await start(options);
    onTestFinished(() => harness.close());
    return harness;
  };

export async function anyOffer({ provider }: Harness): Promise<Offer> {
  const offer = (await provider.search()).offers.find(({ maxDiskGb }) => maxDiskGb >= DISK_GB);
  invariant(offer !== undefined, 'the simulator has an offer');
  return offer;
}

export async function create(harness: Harness, attempt = 1): Promise<CreateOutcome> {
  return harness.provider.create(aTag(attempt), await anyOffer(harness), spec);
}

export async function launch(harness: Harness, attempt = 1): Promise<InstanceId> {
  const outcome = await create(harness, attempt);
  invariant(outcome.kind === 'launched', `not launched: ${JSON.stringify(outcome)}`);
  return outcome.instanceId;
}

/** Launches an instance and waits until listings show it. */
export async function launchVisibly(harness: Harness, attempt = 1): Promise<InstanceId> {
  const id = await launch(harness, attempt);
  harness.pass(harness.provider.card.listLag);
  return id;
}

export const alive = (harness: Harness) => harness.instances().filter((instance) => instance.alive);

export const labelsOf = async ({ provider }: Harness) =>
  (await provider.list()).map(({ label }) => label);

export const failure = (name: string) => expect.objectContaining({ name });
