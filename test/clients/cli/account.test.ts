// The account commands, against the real service behind its HTTP front.

import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startFront } from '../../support/worlds/front.ts';
import { aHome, runCli } from './run-cli.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

describe('gpu-shopper account', () => {
  // Each command is a process of its own, and there are twenty.
  it('shows, opens and changes accounts and their events, and limits apply', {
    timeout: 240_000,
  }, async () => {
    const home = aHome();
    const { url: endpoint } = await startFront(home, 60);
    const env = { GPU_SHOPPER_DATA: home };
    const run = (args: readonly string[]) => runCli(args, { endpoint, home, env });
    const operate = (args: readonly string[]) => run(['--profile', 'operator', ...args]);
    writeFileSync(`${home}/key.pub`, KEY);
    expect(await run(['account'])).toMatchObject({ code: 4 });
    const bounds = ['--spend-cap', '0.50', '--transfer-gb', '5', '--max-transfer-price', '0.01'];
    const lease = ['lease', '--ssh-key', `${home}/key.pub`, '--job', 'night-run', ...bounds];
    expect(await run(lease)).toMatchObject({ code: 0 });

    const shown = JSON.parse((await run(['account', '--json'])).stdout) as { consumer: string };
    const { consumer } = shown;
    const why = ['--why', 'a smaller team'];
    const set = ['account-set', consumer, '--budget', '1.5', '--thresholds', '80:freeze', ...why];
    expect(await run(set)).toMatchObject({ code: 1 });
    expect(await operate(set)).toMatchObject({ code: 0 });
    const { stdout } = await run(['account']);
    expect(stdout).toContain('left of $1.5000');
    expect(stdout).toContain('80 % freeze');
    expect(stdout).toMatch(/\[#*=+\.*\] /);
    const expensive = ['lease', '--ssh-key', `${home}/key.pub`, '--hours', '10'];
    expect(await run(expensive)).toMatchObject({ code: 3 });
    const events = await run(['account-events']);
    expect(events.stdout).toMatch(/limits-changed .* a smaller team/);
    expect(events.stdout).toContain('hold-refused');

    for (const wrong of [
      ['--budget', '-1'],
      ['--thresholds', '80'],
      ['--leases', '201'],
    ]) {
      expect(await operate(['account-set', consumer, ...wrong, ...why])).toMatchObject({ code: 2 });
    }
    const fresh = ['account-set', '123456789012/new-team', ...why];
    expect(await operate(fresh)).toMatchObject({ code: 2 });
    const limits = ['--budget', '20', '--rate', '3', '--leases', '4'];
    expect(await operate([...fresh, ...limits])).toMatchObject({ code: 0 });
    expect((await operate(['account', '123456789012/new-team'])).stdout).toContain('of $20.0000');
  });
});
