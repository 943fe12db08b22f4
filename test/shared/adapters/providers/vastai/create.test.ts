// The create call, which is never repeated: its request and every response to it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { card } from '../../../../../shared/adapters/providers/vastai/card.ts';
import { onstartOf, readCreate } from '../../../../../shared/adapters/providers/vastai/create.ts';
import { createVastai } from '../../../../../shared/adapters/providers/vastai/vastai.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import type { CreateOutcome, LaunchSpec } from '../../../../../shared/core/instance/launch.ts';
import { tagOf } from '../../../../../shared/core/instance/ownership.ts';
import { errorBodies } from '../../../../fixtures/vastai/error-bodies.ts';
import { aDeployment, aLeaseId, aSigner } from '../../../../support/builders/base.ts';
import { anOffer } from '../../../../support/builders/instance.ts';
import { type Answer, serveInTurn } from '../loopback.ts';
import { replyOf } from './replies.ts';

const tag = tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 }, aSigner);
const BASE_URL = 'https://console.vast.ai';
const spec: LaunchSpec = {
  image: 'nvidia/cuda:12.6.3-runtime-ubuntu22.04',
  diskGb: 20,
  env: { TOKEN: 'hunter2hunter2', EMPTY: '' },
  startScript: 'echo started',
  agent: null,
  sshPublicKey: 'ssh-ed25519 AAAA someone',
};

async function create(answer: Answer, change: Partial<LaunchSpec> = {}) {
  const { options, asked } = await serveInTurn(answer);
  const outcome = await createVastai(options).create(tag, anOffer(), { ...spec, ...change });
  return { outcome, asked };
}

describe('the create request', () => {
  it('has the offer in its path, and tag, image, disk, key and script in its body', async () => {
    const { asked } = await create({ status: 200, body: { success: true, new_contract: 7 } });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'PUT', path: '/api/v0/asks/1001/' });
    expect(asked[0]?.body).toEqual({
      client_id: 'me',
      image: spec.image,
      disk: 20,
      label: tag,
      runtype: 'ssh_direc ssh_proxy',
      env: spec.env,
      onstart: onstartOf(spec, BASE_URL),
      cancel_unavail: true,
    });
  });

  it('is not sent when script and key together are too long', async () => {
    const long = { startScript: 'x'.repeat(4_000) };
    const { outcome, asked } = await create({ status: 200 }, long);
    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(asked).toEqual([]);
  });

  it('fits the agent and the longest script and key of a lease', async () => {
    const sshPublicKey = `ssh-rsa ${'A'.repeat(716)} someone@example.org`;
    const left = policy.lease.maxStartScriptBytes - sshPublicKey.length;
    const { outcome } = await create(
      { status: 200, body: { new_contract: 7 } },
      { startScript: 'x'.repeat(left), sshPublicKey, agent: 'A'.repeat(2_000) },
    );
    expect(outcome).toMatchObject({ kind: 'launched' });
    expect(card.maxStartScriptBytes).toBeGreaterThanOrEqual(policy.lease.maxStartScriptBytes);
  });
});

describe('the start script', () => {
  it('installs a key with any characters before the script of the lease runs', () => {
    const home = mkdtempSync(join(tmpdir(), 'onstart-'));
    const sshPublicKey = "ssh-ed25519 AAAA it's $HOME `id`";
    const startScript = 'cat ~/.ssh/authorized_keys; ls -A ~';
    const script = onstartOf({ ...spec, sshPublicKey, startScript }, BASE_URL);
    const said = execFileSync('sh', ['-c', script], { env: { ...process.env, HOME: home } });
    const keys = readFileSync(join(home, '.ssh', 'authorized_keys'), 'utf8');
    rmSync(home, { recursive: true });
    expect(keys).toBe(`${sshPublicKey}\n`);
    expect(said.toString()).toBe(`${sshPublicKey}\n.no_auto_tmux\n.ssh\n`);
  });
});

const outcomes: Readonly<Record<string, CreateOutcome['kind']>> = {
  'offer-gone': 'offer-gone',
  'no-funds': 'no-funds',
  'rate-limited': 'rate-limited',
  unauthorised: 'refused',
  refused: 'refused',
  'no-instance': 'refused',
  down: 'outcome-unknown',
  garbled: 'outcome-unknown',
};

describe('the response to create', () => {
  it.each(errorBodies.map((reply) => [reply.name, outcomes[reply.kind], reply] as const))(
    'with "%s" is %s',
    (_name, kind, { status, body }) => {
      expect(readCreate(replyOf(status, body)).kind).toBe(kind);
    },
  );

  it.each([
    [200, '{"success":true,"new_contract":12345678,"instance_api_key":"d15a"}'],
    [201, '{"new_contract":"12345678"}'],
    [200, '{"success":false,"error":"invalid_price","msg":"low","new_contract":12345678}'],
    [400, '{"success":false,"error":"no_such_ask","new_contract":12345678}'],
    [429, '{"success":false,"error":"rate_limit_exceeded","new_contract":12345678}'],
    [500, '{"success":false,"error":"server_error","new_contract":12345678}'],
  ])('with a contract number is an instance that bills, even as %i %s', (status, body) => {
    const launched = { kind: 'launched', instanceId: '12345678' };
    expect(readCreate(replyOf(status, body))).toEqual(launched);
  });

  it.each([
    [200, '{"success":true}'],
    [200, '{"success":true,"new_contract":null}'],
    [200, '{"success":false,"error":"no_such_ask","new_contract":1.5}'],
    [400, '{"success":false,"error":"no_such_ask","new_contract":"abc"}'],
    [200, '{"success":true,"new_contr'],
    [408, ''],
  ])('is of unknown outcome as %i %s', (status, body) => {
    expect(readCreate(replyOf(status, body)).kind).toBe('outcome-unknown');
  });

  it('is an unknown outcome when there is none', async () => {
    const { outcome, asked } = await create('hang up');
    expect(outcome.kind).toBe('outcome-unknown');
    expect(asked).toHaveLength(1);
  });

  it('is a reason without the values of env', async () => {
    const msg = `${'a'.repeat(150)} bad env: TOKEN=hunter2hunter2`;
    const { outcome } = await create({ status: 400, body: { error: 'invalid_args', msg } });
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('TOKEN=***'),
    });
    expect(JSON.stringify(outcome)).not.toContain('hunter');
  });
});
