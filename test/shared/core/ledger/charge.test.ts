// The charge of an instance, computed from the lease alone.

import { describe, expect, it } from 'vitest';
import type { EpochMs } from '../../../../shared/core/base/time.ts';
import type { Attempt } from '../../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  confirmAttempt,
  observeRunning,
  refuseAttempt,
  retireAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { type Bill, chargesOf, totalOf } from '../../../../shared/core/ledger/charge.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import { anAttempt, lived } from '../../../support/builders/instance.ts';

const billFor = (attempts: readonly Attempt[], change: Partial<Bill> = {}): Bill => ({
  attempts,
  diskGb: 20,
  transferGb: 20,
  jobId: 'job-1',
  endingAt: null,
  ...change,
});
const chargeOf = (attempts: readonly Attempt[], diskGb: number, until: EpochMs) =>
  totalOf(chargesOf(billFor(attempts, { diskGb }), until));

describe('the charge of an attempt', () => {
  const life = { created: at('12:00'), running: at('12:30'), destroyed: at('13:30') };

  it('is its disk from creation and its GPU from running, both to the accepted destroy', () => {
    // 1.5 h of 20 GB at $0.0002, and 1 h at $0.40.
    expect(chargeOf([lived(life)], 20, at('18:00'))).toBe(6_000 + 400_000);
  });

  it('continues until the destroy is accepted', () => {
    const held = confirmAttempt(anAttempt(1), anInstanceId(), at('12:00'));
    const ran = observeRunning(held, at('12:30'));
    const refused = retireAttempt(ran, 'bad-host');
    for (const attempt of [ran, refused]) {
      expect(chargeOf([attempt], 20, at('13:30'))).toBe(406_000);
      expect(chargeOf([attempt], 20, at('14:30'))).toBe(810_000);
    }
  });

  it('is its disk only when it was never seen running', () => {
    const held = confirmAttempt(anAttempt(1), anInstanceId(), at('12:00'));
    expect(chargeOf([held], 20, at('13:00'))).toBe(4_000);
  });

  it('is 0 without an instance', () => {
    const recorded = anAttempt(1);
    const none: Attempt[] = [recorded, refuseAttempt(recorded, 'offer-gone')];
    expect(chargeOf(none, 20, at('18:00'))).toBe(0);
  });

  it('adds up over the attempts of a lease', () => {
    expect(chargeOf([lived(life), lived(life)], 20, at('18:00'))).toBe(812_000);
  });

  it('names its instance, job, start and end', () => {
    expect(chargesOf(billFor([lived(life)]), at('18:00'))).toEqual([
      {
        attempt: 1,
        provider: 'vastai',
        gpuName: 'RTX 4090',
        gpuCount: 1,
        jobId: 'job-1',
        from: at('12:00'),
        until: at('13:30'),
        gpuMicroUsd: 400_000,
        diskMicroUsd: 6_000,
        transferMicroUsd: 0,
        failedMicroUsd: 0,
        teardownMicroUsd: 0,
        idleMicroUsd: 0,
      },
    ]);
  });

  it('includes the teardown part: from the end of the lease to the accepted destroy', () => {
    const [charge] = chargesOf(billFor([lived(life)], { endingAt: at('13:00') }), at('18:00'));
    expect(charge?.teardownMicroUsd).toBe(200_000 + 2_000);
  });

  it('counts as failed as a whole for a retired attempt', () => {
    const held = confirmAttempt(anAttempt(1), anInstanceId(), at('12:00'));
    const retired = acceptDestroy(retireAttempt(held, 'boot-timeout'), at('12:30'));
    const [charge] = chargesOf(billFor([retired], { endingAt: at('12:15') }), at('18:00'));
    expect(charge).toMatchObject({
      diskMicroUsd: 2_000,
      failedMicroUsd: 2_000,
      teardownMicroUsd: 0,
    });
  });
});
