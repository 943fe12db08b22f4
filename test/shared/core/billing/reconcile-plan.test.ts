// Which leases are compared with the provider's charges, and the effect of a difference.

import { describe, expect, it } from 'vitest';
import { microUsd, signedMicroUsd } from '../../../../shared/core/base/money.ts';
import {
  after as afterwards,
  before as earlier,
  hours,
} from '../../../../shared/core/base/time.ts';
import {
  type ReportedCharge,
  rowsByLease,
  type UnreadableCharge,
} from '../../../../shared/core/billing/reconcile.ts';
import {
  chargedLeases,
  chargesNeededFrom,
  compareSettled,
  differing,
  lookBackTo,
  type ReconcileTask,
  trueUpTo,
} from '../../../../shared/core/billing/reconcile-plan.ts';
import { tagOf } from '../../../../shared/core/instance/ownership.ts';
import {
  aDeployment,
  aLeaseId,
  anInstanceId,
  aSigner,
  at,
} from '../../../support/builders/base.ts';
import { anEndedLease, anEndingLease } from '../../../support/builders/lease.ts';

const lease = anEndedLease();
const terms = { step: microUsd(1_000), maxItems: 4, settledAfter: hours(24) };
const task: ReconcileTask = { provider: 'vastai', terms, now: afterwards(at('12:34'), hours(30)) };
const owner = { deployment: aDeployment, leaseId: lease.id, attempt: 1 };
const rows = (amount: number) => [{ owner, amount: microUsd(amount) }];
const started = new Map([[lease.id, at('12:02')]]);

const leases = new Map([[lease.id, lease]]);

const compared = (amount: number, now = task.now, unreadable: readonly UnreadableCharge[] = []) => {
  const byLease = new Map([[lease.id, rows(amount)]]);
  return compareSettled({ started, leases, byLease, unreadable }, { ...task, now });
};

describe('leases to compare', () => {
  it('are those with a charge at the provider, by the start of the instance', () => {
    expect([...chargedLeases(lease.outbox.entries, task)]).toEqual([[lease.id, at('12:02')]]);
    const old = lease.outbox.entries.map((entry) => ({
      ...entry,
      at: earlier(lookBackTo(task), hours(1)),
    }));
    expect(chargedLeases(old, task).size).toBe(0);
  });

  it('need all charges of the days in which they had instances', () => {
    expect(chargesNeededFrom(task, started)).toBe(at('00:00'));
    // Without leases: as far back as charges may still change.
    const none = { ...task, now: at('12:34') };
    expect(chargesNeededFrom(none, new Map())).toBe(earlier(at('00:00'), hours(24)));
  });

  it('are compared once their provider charges are final', () => {
    expect(compared(lease.chargedMicroUsd)).toMatchObject([{ comparison: { difference: 0 } }]);
    expect(compared(lease.chargedMicroUsd, at('20:00'))).toEqual([]);
    const ending = { started, leases: new Map([[lease.id, anEndingLease()]]) };
    const none = { byLease: new Map(), unreadable: [] };
    expect(compareSettled({ ...ending, ...none }, task)).toEqual([]);
  });
});

const complete = (reported: readonly ReportedCharge[]) => ({ rows: reported, incomplete: false });

describe('a difference', () => {
  const more = lease.chargedMicroUsd + 50_000;

  it('causes a true-up when it is beyond rounding, and is then gone', () => {
    expect(differing(compared(more))).toHaveLength(1);
    expect(differing(compared(lease.chargedMicroUsd + 10))).toEqual([]);
    const trued = trueUpTo(lease, complete(rows(more)), task);
    expect(trued).toMatchObject({ correctedMicroUsd: 50_000, truedUp: { vastai: 50_000 } });
    expect(trued === null ? null : trueUpTo(trued, complete(rows(more)), task)).toBeNull();
  });

  it('is not computed from a missing row, or for an open lease', () => {
    expect(trueUpTo(lease, complete([]), task)).toBeNull();
    expect(trueUpTo(anEndingLease(), complete(rows(more)), task)).toBeNull();
  });
});

describe('a row that cannot be read', () => {
  const odd = { instanceId: null, label: null, owner: null, unreadable: ['source'] };
  const [held] = lease.attempts.flatMap((each) => ('instanceId' in each ? each.instanceId : []));
  const [less, more] = [lease.chargedMicroUsd - 50_000, lease.chargedMicroUsd + 50_000];

  it.each<[string, UnreadableCharge, boolean]>([
    ['has the tag of the lease', { ...odd, owner }, true],
    ['has the id of its instance', { ...odd, instanceId: held ?? null }, true],
    ['has neither id nor label', odd, true],
    [
      'has the tag of another lease',
      { ...odd, owner: { ...owner, leaseId: aLeaseId('b') } },
      false,
    ],
    ['has the id of another instance', { ...odd, instanceId: anInstanceId('9') }, false],
    ["has somebody else's label", { ...odd, label: 'theirs' }, false],
  ])('that %s: its lease is incomplete, and no other', (_name, row, isIncomplete) => {
    const found = compared(less, task.now, [row]);
    expect(found).toMatchObject([{ incomplete: isIncomplete }]);
    expect(differing(found)).toHaveLength(isIncomplete ? 0 : 1);
  });

  it('prevents only lower charges', () => {
    const [found] = differing(compared(more, task.now, [odd]));
    expect(found === undefined ? null : trueUpTo(lease, found, task)).toMatchObject({
      correctedMicroUsd: 50_000,
    });
  });
});

describe('a refund', () => {
  it('lowers the charge, at most to nothing', () => {
    const refunded = (amount: number) => [
      ...rows(lease.chargedMicroUsd),
      { owner, amount: signedMicroUsd(-amount) },
    ];
    expect(trueUpTo(lease, complete(refunded(50_000)), task)).toMatchObject({
      correctedMicroUsd: -50_000,
    });
    expect(trueUpTo(lease, complete(refunded(2 * lease.chargedMicroUsd)), task)).toMatchObject({
      correctedMicroUsd: -lease.chargedMicroUsd,
    });
  });
});

describe('rows of charges', () => {
  it('belong to this deployment by their tags, and are foreign without one', () => {
    const row = {
      instanceId: anInstanceId(),
      amount: microUsd(7),
      from: at('12:00'),
      to: at('13:00'),
      unreadable: [],
    };
    const charges = [
      { ...row, label: tagOf(owner, aSigner) },
      { ...row, label: 'theirs' },
      { ...row, label: null },
      { ...row, label: tagOf(owner, aSigner), amount: null, unreadable: ['amount'] },
      { ...row, label: null, unreadable: ['metadata'] },
    ];
    const { byLease, foreignRows, unreadable } = rowsByLease(charges, {
      deployment: aDeployment,
      signer: aSigner,
    });
    expect([...byLease]).toEqual([[lease.id, [{ owner, amount: 7 }]]]);
    expect(foreignRows).toBe(2);
    expect(unreadable.map(({ owner: whose }) => whose)).toEqual([owner, null]);
  });
});
