// `gpu-shopper sweep` as a process that has only a provider's key and the tag key: no service, no
// tables, no AWS. Time is scaled in it.

import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator } from '../../../local/simulators/vastai/simulator.ts';
import { createScaledClock } from '../../../local/workflow/clock.ts';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import { createVastai } from '../../../shared/adapters/providers/vastai/vastai.ts';
import { tagOf } from '../../../shared/core/instance/ownership.ts';
import { spec } from '../../contracts/support.ts';
import { aDeployment, aLeaseId } from '../../support/builders/base.ts';
import { freePass } from '../../support/builders/instance.ts';
import { aHome, runCli } from './run-cli.ts';

const API_KEY = 'the-right-key';
const TAG_KEY = '5e'.repeat(32);
const QUICK = fileURLToPath(new URL('../../support/quick-time.ts', import.meta.url));
const NOWHERE = 'http://127.0.0.1:9';

async function market() {
  const clock = createScaledClock(200, { unref: true });
  const after = (ms: number, run: () => void) => clock.at(clock.now() + ms, run);
  const simulator = createSimulator({ keys: { apiKey: API_KEY }, now: clock.now, after });
  const baseUrl = await simulator.listen();
  onTestFinished(() => simulator.close());
  const provider = createVastai({
    ...{ baseUrl, keys: { apiKey: API_KEY } },
    takePass: freePass,
  });
  const env = {
    NODE_OPTIONS: `--import=${QUICK}`,
    GPU_SHOPPER_DEPLOYMENT_ID: aDeployment,
    GPU_SHOPPER_TAG_KEY: TAG_KEY,
    VAST_API_KEY: API_KEY,
    VAST_BASE_URL: baseUrl,
  };
  const home = aHome();
  return {
    simulator,
    env,
    alive: () => simulator.instances().filter((instance) => instance.alive),
    /** Creates an instance with a tag that `key` signs. */
    async rent(attempt: number, key = TAG_KEY) {
      const signer = createHmacSigner({ current: key });
      const tag = tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt }, signer);
      const { offers } = await provider.search();
      const offer = offers[attempt * 10] ?? offers[0];
      if (offer === undefined) throw new Error('the market is empty');
      const created = await provider.create(tag, offer, spec);
      if (created.kind !== 'launched') throw new Error(created.reason);
      return created.instanceId;
    },
    sweep: (flags: readonly string[] = [], changed: Record<string, string> = {}) =>
      runCli(['sweep', '--provider', 'vastai', ...flags], {
        endpoint: NOWHERE,
        home,
        env: { ...env, ...changed },
      }),
  };
}

describe('gpu-shopper sweep', () => {
  it("lists the deployment's instances by their macs, and destroys none", async () => {
    const { rent, sweep, simulator, alive } = await market();
    const ours = await rent(1);
    const forged = await rent(2, 'ab'.repeat(32));
    simulator.addForeignInstance('somebody-else');
    const shown = await sweep();
    expect(shown).toMatchObject({ code: 7 });
    expect(shown.stdout).toContain(ours);
    expect(shown.stdout).not.toContain(forged);
    expect(shown.stdout).toContain('2 of others');
    expect(alive()).toHaveLength(3);
  });

  it("destroys only the deployment's instances, proves them gone, and exits with 0", async () => {
    const { rent, sweep, simulator, alive } = await market();
    const ours = [await rent(1), await rent(2)];
    const forged = await rent(3, 'ab'.repeat(32));
    simulator.addForeignInstance('somebody-else');
    const { code, stdout } = await sweep(['--execute', '--yes', '--json']);
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as { ours: { id: string }[]; outcome: { kind: string } };
    expect(document.outcome.kind).toBe('proved-empty');
    expect(new Set(document.ours.map(({ id }) => id))).toEqual(new Set<string>(ours));
    expect(alive().map(({ id, label }) => (label === 'somebody-else' ? label : id))).toEqual([
      forged,
      'somebody-else',
    ]);
    expect(await sweep()).toMatchObject({ code: 0 });
  });

  it('exits with 7 when an instance remains after its destroy', async () => {
    const { rent, sweep, simulator, alive } = await market();
    await rent(1);
    simulator.addFault({ name: 'refuse-destroy' });
    expect(await sweep(['--execute', '--yes'])).toMatchObject({ code: 7 });
    expect(alive()).toHaveLength(1);
  });

  it('does not read an error as an empty account', async () => {
    const { rent, sweep } = await market();
    await rent(1);
    const refused = await sweep([], { VAST_API_KEY: 'another-key' });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).not.toContain('another-key');
  });

  it('names a missing variable, and destroys nothing without confirmation', async () => {
    const { rent, sweep, alive } = await market();
    await rent(1);
    const keyless = await sweep([], { GPU_SHOPPER_TAG_KEY: '' });
    expect(keyless.code).toBe(2);
    expect(keyless.stderr).toContain('GPU_SHOPPER_TAG_KEY');
    const unconfirmed = await sweep(['--execute']);
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.stderr).toContain('--yes');
    expect(alive()).toHaveLength(1);
  });
});
