// Costs, the ledger, its verification and its export on the command line, against the real service
// behind its HTTP front, with time scaled.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Costs, LedgerEntry } from '../../../clients/client/replies.ts';
import { startFront } from '../../support/worlds/front.ts';
import { aHome, runCli } from './run-cli.ts';

/** The hold is lowered to the rate of the instance, then settled. */
const KINDS = ['hold-placed', 'hold-released', 'charge', 'hold-released'];
const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

/** Two dozen processes: some seconds, and more on a busy computer. */
const TIMEOUT = 120_000;

async function aService() {
  const home = aHome();
  const { url: endpoint } = await startFront(home, 60);
  const env = { GPU_SHOPPER_DATA: home };
  const run = (...args: string[]) => runCli(args, { endpoint, home, env });
  writeFileSync(`${home}/key.pub`, KEY);
  const leased = await run('lease', '--ssh-key', `${home}/key.pub`, '--wait', '--json');
  const { id } = JSON.parse(leased.stdout) as { id: string };
  return { run, home, id };
}
type Run = Awaited<ReturnType<typeof aService>>['run'];

async function showsRunning(run: Run, id: string): Promise<void> {
  const [cost, costs] = await Promise.all([
    run('cost', id),
    run('costs', '--group-by', 'lease', '--json'),
  ]);
  expect(cost.stdout).toContain(`Lease       ${id} (active)`);
  expect(cost.stdout).toMatch(/Forecast {4}\$\d+\.\d+/);
  const live = JSON.parse(costs.stdout) as Costs;
  expect(live.groups).toMatchObject([{ key: id, chargedMicroUsd: 0 }]);
  expect(live.total.runningMicroUsd).toBeGreaterThan(0);
}

async function showsSettled(run: Run): Promise<void> {
  const [shown, csv, ledger, focus] = await Promise.all([
    run('costs', '--group-by', 'gpu'),
    run('costs', '--group-by', 'month', '--csv'),
    run('ledger'),
    run('export', '--format', 'focus'),
  ]);
  expect(shown.stdout).toMatch(/^GPU +SETTLED +CHARGED/);
  expect(shown.stdout).toMatch(/█{24}\nTOTAL +1 /);
  expect(csv.stdout).toMatch(/^month,leases,chargedUsd,.*\r\n\d{4}-\d\d,1,\d\.\d{6},/);
  for (const kind of KINDS) expect(ledger.stdout).toContain(kind);
  expect(focus.stdout).toMatch(/^BilledCost,BillingAccountId,.*\r\n\d\.\d{6},/);
}

async function refuses(run: Run): Promise<void> {
  const [unknown, backwards, foreign] = await Promise.all([
    run('costs', '--group-by', 'colour'),
    run('costs', '--from', '2026-01-02', '--to', '2026-01-01'),
    run('ledger', 'verify'),
  ]);
  expect(unknown).toMatchObject({ code: 2 });
  expect(backwards).toMatchObject({ code: 2 });
  expect(backwards.stderr).toContain('from: must be before');
  expect(foreign).toMatchObject({ code: 1 });
}

it('shows costs of a running and of an ended lease, verifies the ledger and exports it', {
  timeout: TIMEOUT,
}, async () => {
  const { run, home, id } = await aService();
  await showsRunning(run, id);
  expect(await run('release', id, '--wait')).toMatchObject({ code: 0 });
  await showsSettled(run);
  await refuses(run);
  const verified = await run('--profile', 'operator', 'ledger', 'verify');
  expect(verified.stdout).toContain('The books agree: 1 accounts, 1 leases, 4 entries');
  expect(verified.code).toBe(0);
  const file = `${home}/ledger.jsonl`;
  expect(await run('export', '--format', 'json', '--out', file)).toMatchObject({ code: 0 });
  const written = readFileSync(file, 'utf8').trim().split('\n');
  expect(written.map((line) => (JSON.parse(line) as LedgerEntry).kind)).toEqual(KINDS);
});
