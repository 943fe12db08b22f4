// Builders for tests of every domain: instants of one day, ids and a signer.

import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import {
  brandId,
  ConsumerId,
  DeploymentId,
  InstanceId,
  LeaseId,
} from '../../../shared/core/base/ids.ts';
import { type EpochMs, epochMs } from '../../../shared/core/base/time.ts';
import type { ReportUnreadable } from '../../../shared/ports/unreadable.ts';

/** An instant of the tests' only day: `at('12:00')` or `at('12:00:30')`, in UTC. */
export const at = (time: string): EpochMs =>
  epochMs(Date.parse(`2026-11-02T${time}${time.length === 5 ? ':00' : ''}Z`));

export const aDeployment = brandId(DeploymentId, 'test');
export const aConsumer = brandId(ConsumerId, '123456789012/trainer');
export const aSigner = createHmacSigner({ current: '5e'.repeat(32) });

/** A lease id made of one or more characters: `aLeaseId('b')` is `b` twenty times. */
export const aLeaseId = (letters = 'a'): LeaseId =>
  brandId(LeaseId, letters.repeat(20).slice(0, 20));

export const anInstanceId = (id = '4711'): InstanceId => brandId(InstanceId, id);

/** For reads in which nothing may be unreadable. */
export const allReadable: ReportUnreadable = ({ why }) => {
  throw new Error(`could not read: ${why}`);
};
