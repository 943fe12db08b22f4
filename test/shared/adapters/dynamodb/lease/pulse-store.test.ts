// Pulses on the real engine: one update checks and records a heartbeat, and a pulse that is over
// never opens again.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brandId, ConsumerId, type LeaseId } from '../../../../../shared/core/base/ids.ts';
import { minutes } from '../../../../../shared/core/base/time.ts';
import type { ByteCount, Parking, PulseStart } from '../../../../../shared/core/instance/pulse.ts';
import type { Telemetry } from '../../../../../shared/core/instance/telemetry.ts';
import type { Heartbeat, NodeHeartbeat } from '../../../../../shared/ports/pulse-store.ts';
import { aConsumer, aLeaseId, at } from '../../../../support/builders/base.ts';
import { aPulse } from '../../../../support/builders/instance.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Each test has its own lease. */
let leaseId: LeaseId;
let leases = 0;
beforeEach(() => {
  leases += 1;
  leaseId = aLeaseId(`lease${String(leases).padStart(5, '0')}`);
});

const start = (change: Partial<PulseStart> = {}) => {
  const { consumer, liveness, silenceLimit, idle, endsAt } = aPulse();
  const first = { leaseId, consumer, attempt: 1, liveness, silenceLimit, idle, endsAt };
  return database.pulses.start({ ...first, startedAt: null, linkMbps: null, ...change });
};
const park = (change: Partial<Parking> = {}) => {
  const place = { enteredAt: at('12:00'), failures: 0 };
  const first = { leaseId, generation: 1, place, attempt: 1, token: 'token-1' };
  const wait = { wait: 'ready', endsAt: at('15:00'), idleWarned: null } as const;
  return database.pulses.park({ ...first, ...wait, ...change });
};
const heartbeat = (by: Heartbeat['by'], time = '12:05') =>
  database.pulses.heartbeat({ leaseId, at: at(time), by });
const read = () => database.pulses.get(leaseId);

const facts = { sshHostKey: 'ssh-ed25519 AAAA', gpuName: null, gpuCount: 1, driver: null };
const telemetry: Telemetry = {
  gpus: [[97, 21_004, 24_564, 71, null]],
  processes: 31,
  rxBytes: 52_428_800,
  txBytes: 1_048_576,
  networkKbps: 4_200,
  uptimeSeconds: 60,
  jobId: 'run-7',
};
let number = 0;
beforeEach(() => {
  number = 0;
});
/** Each heartbeat has the next number. */
const node = (attempt = 1, known: NodeHeartbeat['facts'] = null): NodeHeartbeat => {
  number += 1;
  return { kind: 'node', attempt, number, facts: known, telemetry };
};
const app = (consumer = aConsumer, busy = false) => ({ kind: 'app', consumer, busy }) as const;
const probe = (attempt = 1) => ({ kind: 'probe', attempt }) as const;

describe('starting a pulse', () => {
  it('writes a pulse without heartbeats', async () => {
    expect(await read()).toBeNull();
    await start();
    expect(await read()).toEqual(aPulse({ leaseId }));
  });

  it('changes nothing when the same attempt starts again', async () => {
    await start();
    await park();
    await heartbeat(node(1, facts));
    const before = await read();
    await start({ silenceLimit: minutes(9), endsAt: at('23:00') });
    expect(await read()).toEqual(before);
  });

  it('removes the fields of the older attempt, and keeps its wait number', async () => {
    await start();
    await park();
    await heartbeat(node(1, facts));
    await heartbeat(app());
    await start({ attempt: 2, endsAt: at('16:00') });
    const fresh = aPulse({ leaseId, attempt: 2, endsAt: at('16:00'), waitNumber: 1 });
    expect(await read()).toEqual(fresh);
  });

  it('never replaces a newer attempt by an older one', async () => {
    await start({ attempt: 3 });
    await start({ attempt: 2 });
    expect(await read()).toMatchObject({ attempt: 3 });
  });

  it('does not open again once it is over', async () => {
    await start();
    await database.pulses.close(leaseId);
    await start({ attempt: 2 });
    expect(await read()).toMatchObject({ over: true, attempt: 1 });
  });

  it('does not open when the lease was over before the start', async () => {
    await database.pulses.close(leaseId);
    await start();
    expect(await read()).toBeNull();
    expect(await park()).toBe('over');
    expect(await heartbeat(node())).toBe('refused');
  });
});

describe('parking a token', () => {
  it('is refused to an execution after the next generation has parked', async () => {
    await start();
    await park({ generation: 2, token: 'token-of-2' });
    expect(await park({ generation: 1, token: 'token-of-1' })).toBe('over');
    expect(await read()).toMatchObject({ token: 'token-of-2' });
    expect(await park({ generation: 2, token: 'next-of-2' })).toBe('parked');
  });

  it('is refused to an earlier wait of the same execution, and to an earlier try', async () => {
    await start();
    const later = { place: { enteredAt: at('13:00'), failures: 1 }, token: 'token-of-later' };
    await park(later);
    const earlier = [
      { enteredAt: at('12:59'), failures: 7 },
      { enteredAt: at('13:00'), failures: 0 },
    ];
    for (const place of earlier) expect(await park({ place, token: 'late' })).toBe('over');
    expect(await read()).toMatchObject({ token: 'token-of-later', waitNumber: 1 });
    expect(await park(later)).toBe('parked');
    expect(await park({ generation: 2, token: 'token-of-2' })).toBe('parked');
  });

  it('stores each token under a newer wait number', async () => {
    await start();
    expect(await park()).toBe('parked');
    const served = { wait: 'serve', token: 'token-2', endsAt: at('16:00') } as const;
    expect(await park(served)).toBe('parked');
    expect(await read()).toEqual(aPulse({ leaseId, ...served, waitNumber: 2 }));
  });

  it('is refused for another attempt, a lease that is over, or an unknown lease', async () => {
    expect(await park()).toBe('over');
    await start({ attempt: 2 });
    expect(await park({ attempt: 1 })).toBe('over');
    await database.pulses.close(leaseId);
    expect(await park({ attempt: 2 })).toBe('over');
    expect(await read()).toMatchObject({ token: null, waitNumber: 0 });
  });
});

describe('a heartbeat', () => {
  it('is exactly one call', async () => {
    await start();
    for (const by of [node(1, facts), app(), probe()]) {
      database.calls.length = 0;
      await heartbeat(by);
      expect(database.calls).toEqual(['UpdateItem']);
    }
  });

  it('of an instance is recorded, the first one as readiness too, with its facts', async () => {
    await start();
    await heartbeat(node(1, facts), '12:05');
    const second = await heartbeat(node(1, null), '12:06');
    const counted = [telemetry.rxBytes ?? 0, telemetry.txBytes ?? 0] as const satisfies ByteCount;
    const heard = {
      readyAt: at('12:05'),
      nodeHeartbeatAt: at('12:06'),
      nodeHeartbeatNumber: 2,
      facts,
      telemetry,
      bytes: counted,
      bytesBefore: counted,
      bytesBeforeAt: at('12:05'),
      bytesAt: at('12:06'),
    };
    expect(second).toEqual(aPulse({ leaseId, ...heard }));
    expect(await read()).toEqual(second);
  });

  it('of an instance is refused unless its number is greater than any before', async () => {
    await start();
    const [first, second] = [node(), node()];
    expect(await heartbeat(second, '12:05')).not.toBe('refused');
    expect(await heartbeat(second, '12:06')).toBe('refused');
    expect(await heartbeat(first, '12:07')).toBe('refused');
    expect(await read()).toMatchObject({ nodeHeartbeatAt: at('12:05'), nodeHeartbeatNumber: 2 });
  });

  it('of an instance without telemetry removes the older telemetry', async () => {
    await start();
    await heartbeat(node());
    expect(await heartbeat({ ...node(), telemetry: null })).toMatchObject({ telemetry: null });
  });

  it('of an application does not set readiness, and records when it was last busy', async () => {
    await start();
    expect(await heartbeat(app())).toEqual(aPulse({ leaseId, appHeartbeatAt: at('12:05') }));
    await heartbeat(app(aConsumer, true), '12:06');
    const busy = { appHeartbeatAt: at('12:07'), appBusyAt: at('12:06') };
    expect(await heartbeat(app(), '12:07')).toEqual(aPulse({ leaseId, ...busy }));
  });

  it('of the SSH probe sets readiness and no heartbeat', async () => {
    await start();
    await heartbeat(probe(), '12:05');
    expect(await heartbeat(probe(), '12:06')).toEqual(aPulse({ leaseId, readyAt: at('12:05') }));
  });

  it('is refused to another attempt and to another consumer', async () => {
    await start({ attempt: 2 });
    const stranger = brandId(ConsumerId, '123456789012/stranger');
    expect(await heartbeat(node(1))).toBe('refused');
    expect(await heartbeat(node(3))).toBe('refused');
    expect(await heartbeat(probe(1))).toBe('refused');
    expect(await heartbeat(app(stranger))).toBe('refused');
    expect(await read()).toEqual(aPulse({ leaseId, attempt: 2 }));
  });

  it('is refused once the lease is over, and for an unknown lease', async () => {
    expect(await heartbeat(node())).toBe('refused');
    await start();
    await database.pulses.close(leaseId);
    for (const by of [node(), app(), probe()]) expect(await heartbeat(by)).toBe('refused');
    expect(await read()).toMatchObject({ over: true, nodeHeartbeatAt: null, appHeartbeatAt: null });
  });
});

describe('a quiet period', () => {
  const quiet = (through: number) => ({ since: at('12:00'), through });

  it('is stored for the heartbeat that was judged', async () => {
    await start();
    await heartbeat(node());
    await database.pulses.keepQuiet({ leaseId, attempt: 1, quiet: quiet(1) });
    expect(await read()).toMatchObject({ quiet: quiet(1) });
    expect(await heartbeat(node())).toMatchObject({ nodeHeartbeatNumber: 2, quiet: quiet(1) });
  });

  it('is not stored after a newer heartbeat or attempt', async () => {
    await start();
    await heartbeat(node());
    await heartbeat(node());
    await database.pulses.keepQuiet({ leaseId, attempt: 1, quiet: quiet(1) });
    await start({ attempt: 2 });
    await database.pulses.keepQuiet({ leaseId, attempt: 1, quiet: quiet(2) });
    expect(await read()).toMatchObject({ quiet: null });
  });
});

describe('the size of a pulse', () => {
  /** As DynamoDB counts: names, text, about half a byte per digit, one byte per element. */
  const bytes = (value: unknown): number => {
    if (typeof value === 'string') return value.length;
    if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
    if (typeof value !== 'object' || value === null) return 1;
    const parts = Array.isArray(value) ? value : Object.entries(value).flat();
    return parts.reduce((all, part) => all + 1 + bytes(part), 3);
  };

  const idle: PulseStart['idle'] = {
    ...{ gpuPercentBelow: 5, networkKbpsBelow: 100, app: true },
    ...{ window: minutes(30), action: 'end' },
  };

  it('is below 860 bytes without its token, with four GPUs and an idle definition', async () => {
    const gpu = telemetry.gpus[0] ?? [null, null, null, null, null];
    const sshHostKey = `ssh-ed25519 ${'A'.repeat(68)} root@0123456789ab`;
    const stated = { sshHostKey, gpuName: 'NVIDIA RTX 6000 Ada', gpuCount: 4, driver: '550.54' };
    await start({ idle });
    await heartbeat({
      ...node(1, stated),
      telemetry: { ...telemetry, gpus: [gpu, gpu, gpu, gpu] },
    });
    expect(bytes(await read())).toBeLessThan(860);
  });
});

describe('closing a pulse', () => {
  it('is safe to repeat, and keeps the heartbeats', async () => {
    await start();
    await heartbeat(node());
    await database.pulses.close(leaseId);
    await database.pulses.close(leaseId);
    expect(await read()).toMatchObject({ over: true, nodeHeartbeatAt: at('12:05') });
  });
});

describe('a silence', () => {
  it('is recorded with its second check, until the lease is over', async () => {
    await start();
    expect(await database.pulses.noteSilence(leaseId, at('12:20'))).toBe('noted');
    expect(await read()).toMatchObject({ silenceLookAt: at('12:20') });
    await database.pulses.close(leaseId);
    expect(await database.pulses.noteSilence(leaseId, at('12:30'))).toBe('over');
    expect(await read()).toMatchObject({ silenceLookAt: at('12:20') });
  });

  it('is not recorded without a pulse', async () => {
    expect(await database.pulses.noteSilence(aLeaseId('none'), at('12:20'))).toBe('over');
  });
});

describe('reading many pulses', () => {
  it('returns the existing ones', async () => {
    await start();
    const found = await database.pulses.getMany([leaseId, aLeaseId('none')]);
    expect([...found]).toEqual([[leaseId, await read()]]);
  });
});
