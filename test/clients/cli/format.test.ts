// The exact output of tables, leases and events.

import { describe, expect, it } from 'vitest';
import {
  age,
  clean,
  eventLine,
  eventsTable,
  leaseLines,
  leasesTable,
  offersTable,
} from '../../../clients/cli/format.ts';
import { brandId, ConsumerId, LeaseId, OfferId } from '../../../shared/core/base/ids.ts';
import { microUsdPerHour } from '../../../shared/core/base/money.ts';
import { aLease, anActiveLease, anEndedLease, anEvent, anOffer, at } from '../builders.ts';

const second = brandId(LeaseId, 'a'.repeat(20));

describe('tables', () => {
  it('show offers', () => {
    const expensive = anOffer({
      id: brandId(OfferId, 'vastai_7'),
      gpuName: 'H100 SXM',
      gpuCount: 8,
      vramGb: 80,
      country: null,
      reliabilityPermille: 1_000,
      microUsdPerHour: microUsdPerHour(19_234_567),
      ageSeconds: 600,
    });
    expect(offersTable([anOffer(), expensive])).toEqual([
      'OFFER            GPU       COUNT   VRAM  COUNTRY  RELIABLE          RATE  AGE',
      'vastai_23456789  RTX 4090      1  24 GB  US          99.5%     $0.2428/h  42s',
      'vastai_7         H100 SXM      8  80 GB  -          100.0%  $19.234567/h  10m',
    ]);
  });

  it('show leases', () => {
    const lines = leasesTable([anActiveLease(), anEndedLease({ id: second }), aLease()]);
    expect(lines.map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'LEASE | STATE | REASON | GPU | RATE | REQUESTED | ENDS | AMOUNT',
      'k3v9x0c2m5n8q1w4e7r6 | active | - | RTX 4090 | $0.2428/h | 2026-11-21 12:00:00Z | 2026-11-21 13:00:45Z | $1.2500 held',
      'aaaaaaaaaaaaaaaaaaaa | ended | released | RTX 4090 | $0.2428/h | 2026-11-21 12:00:00Z | 2026-11-21 12:07:00Z | $0.025294 charged',
      'k3v9x0c2m5n8q1w4e7r6 | requested | - | - | - | 2026-11-21 12:00:00Z | - | $1.2500 held',
    ]);
  });

  it('show events', () => {
    expect(eventsTable([anEvent(1, 'lease-requested', 'for 1 h'), anEvent(2, 'x')])).toEqual([
      'AT                    EVENT            REASON',
      '2026-11-21 12:00:01Z  lease-requested  for 1 h',
      '2026-11-21 12:00:02Z  x                because',
    ]);
  });

  it('have only their titles when there are no rows', () => {
    expect(eventsTable([])).toEqual(['AT  EVENT  REASON']);
  });
});

describe('a lease in full', () => {
  it('shows the known facts of an active lease', () => {
    expect(leaseLines(anActiveLease({ sshHostKey: 'ssh-ed25519 KEY' }))).toEqual([
      'Lease      k3v9x0c2m5n8q1w4e7r6',
      'State      active',
      'GPU        1 x RTX 4090, 24 GB, US (vastai_23456789)',
      'Rate       $0.2428/h',
      'Attempts   1',
      'Requested  2026-11-21 12:00:00Z',
      'Active     2026-11-21 12:00:45Z',
      'Ends       2026-11-21 13:00:45Z',
      'SSH        ssh -p 40022 root@203.0.113.7',
      'Host key   ssh-ed25519 KEY',
      'Amount     $1.2500 held',
      'Actions    heartbeat, release',
    ]);
  });

  it('shows the absence proof of an ended lease', () => {
    expect(leaseLines(anEndedLease()).slice(-3)).toEqual([
      'Ended      2026-11-21 12:07:00Z',
      'Amount     $0.025294 charged',
      'Proof      absent from the listings of 2026-11-21 12:06:30Z and 2026-11-21 12:06:50Z',
    ]);
  });

  it('shows that no instance was ever created', () => {
    const absenceProof = { by: 'nothing-created' } as const;
    expect(leaseLines(anEndedLease({ absenceProof }))).toContain(
      'Proof      no instance was ever created',
    );
  });

  it('never calls the word of an operator a proof', () => {
    const who = brandId(ConsumerId, '123456789012/operator');
    const absenceProof = {
      by: 'attested',
      who,
      why: 'the account is closed',
      at: at(410),
    } as const;
    expect(leaseLines(anEndedLease({ absenceProof }))).toContain(
      'Proof      not proved: 123456789012/operator attested it at 2026-11-21 12:06:50Z: the account is closed',
    );
  });
});

describe('text from providers and instances', () => {
  it('has no control characters on the terminal', () => {
    expect(clean('RTX\u001b[2J\n4090\u202e')).toBe('RTX [2J 4090 ');
    const [, row = ''] = offersTable([anOffer({ gpuName: '\u001b]0;x\u0007' })]);
    expect(row).toContain('  ]0;x   ');
    expect(eventLine({ seq: 1, at: at(0), type: 'x', reason: 'a\nb' })).not.toContain('\n');
  });
});

describe('ages', () => {
  it.each([
    [0, '0s'],
    [59, '59s'],
    [60, '1m'],
    [3_599, '59m'],
    [7_300, '2h'],
  ])('of %i s are shown as %s', (seconds, text) => expect(age(seconds)).toBe(text));
});
