// Extensions, freezes, sweeps and the diagnosis on the command line, against the real service
// behind its HTTP front, with time scaled.

import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startFront } from '../../support/worlds/front.ts';
import { aHome, runCli } from './run-cli.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

/** The service, and the command line as a consumer and as an operator. */
async function service() {
  const home = aHome();
  const { url: endpoint, world } = await startFront(home, 60);
  const env = { GPU_SHOPPER_DATA: home };
  const run = (args: readonly string[]) => runCli(args, { endpoint, home, env });
  return {
    run,
    operate: (args: readonly string[]) => run(['--profile', 'operator', ...args]),
    home,
    world,
  };
}

describe('gpu-shopper for operators', () => {
  it('extends a lease, diagnoses, sweeps, freezes and thaws', async () => {
    const { run, operate, home } = await service();
    writeFileSync(`${home}/key.pub`, KEY);
    const leased = await run(['lease', '--ssh-key', `${home}/key.pub`, '--wait', '--json']);
    const lease = JSON.parse(leased.stdout) as { id: string; endsAt: string };

    const later = new Date(Date.parse(lease.endsAt) + 3_600_000).toISOString();
    const extended = await run(['extend', lease.id, '--until', later, '--json']);
    expect(JSON.parse(extended.stdout)).toMatchObject({ endsAt: later });
    const beyond = new Date(Date.parse(later) + 20 * 3_600_000).toISOString();
    expect(await run(['extend', lease.id, '--until', beyond])).toMatchObject({ code: 3 });
    const approval = ['approve-extension', lease.id, '--until', beyond, '--why', 'a long run'];
    expect(await run(approval)).toMatchObject({ code: 1 });
    expect(await operate(approval)).toMatchObject({ code: 0 });
    expect(await run(['extend', lease.id, '--hours', '20'])).toMatchObject({ code: 0 });
    expect(await run(['extend', lease.id])).toMatchObject({ code: 2 });

    const { stdout: doctor } = await operate(['doctor']);
    expect(doctor).toContain('Open leases: 1 (1 active)');
    expect(doctor).toMatch(new RegExp(`${lease.id}  active .* ends `));
    for (const net of ['workflow', 'schedule', 'sweep', 'instance']) expect(doctor).toContain(net);
    expect(doctor).toContain('Balance of vastai: never read');
    expect(await run(['doctor'])).toMatchObject({ code: 1 });

    const { stdout: swept } = await operate(['sweep-now']);
    expect(swept).toMatch(/^vastai: listed 20.*Z, 1 instances, 1 open leases$/m);
    expect(await run(['sweep-now'])).toMatchObject({ code: 1 });
    const json = await operate(['sweep-now', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ provider: 'vastai', openLeases: 1 });
    const unknown = await operate(['run', 'sweep-k3v9x0c2m5n8q1w4e7r6']);
    expect(unknown).toMatchObject({ code: 4, stderr: expect.stringContaining('run not found') });
    expect((await operate(['doctor'])).stdout).toMatch(
      /^Balance of vastai: \$\d+\.\d+, lasts \d+\.?\d* h at \$\S+\/h; room for \$\S+ more; read /m,
    );
    const { stdout: health } = await run(['health']);
    expect(health).toMatch(/^Status: ok\nMenu of vastai: \d+ offers, refreshed /);

    const frozen = await operate(['freeze', '--all', '--why', 'our key has leaked']);
    expect(frozen).toMatchObject({ code: 0 });
    expect(frozen.stdout).toContain('everything: freezing');
    const watched = await run(['watch', lease.id, '--json']);
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'ended', endReason: 'operator' });
    expect(await run(['lease', '--ssh-key', `${home}/key.pub`])).toMatchObject({ code: 1 });
    const { stdout: freezes } = await operate(['freezes']);
    expect(freezes).toMatch(/freeze {2}\S+: our key has leaked/);
    expect(await operate(['thaw', '--all', '--why', 'a new key'])).toMatchObject({ code: 0 });
    expect(await operate(['freeze', '--why', 'nothing named'])).toMatchObject({ code: 2 });
  });
});
