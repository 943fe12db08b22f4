// The real node agent under sh, with a simulated nvidia-smi, against a loopback server. The agent
// uses the uptime of the instance, so these tests wait for real seconds, concurrently.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../../local/aws/gateway.ts';
import { onstartOf } from '../../../shared/adapters/providers/vastai/create.ts';
import { packedAgent } from '../../../shared/agent/packed.ts';
import { Telemetry } from '../../../shared/core/instance/telemetry.ts';
import { type AgentOptions, goOn, HOST_KEY, startAgent } from '../../support/worlds/agent.ts';
import { leaseWorld } from '../../support/worlds/lease.ts';

type Agent = Awaited<ReturnType<typeof startAgent>>;

/** A test with its own agent. */
const testAgent =
  (options: AgentOptions, check: (agent: Agent) => Promise<void>) => async (): Promise<void> => {
    const agent = await startAgent(options);
    try {
      await check(agent);
    } finally {
      await agent.close();
    }
  };

const GPUS = [
  [97, 21_004, 24_564, 71, 402.5],
  [0, 1, 24_564, null, null],
  [null, 37, 9_856, 34, null],
];
const STOP = { status: 200, body: { carryOn: false, reason: 'released' } };
const OWN_END = {
  path: '/api/v0/instances/4711/',
  authorization: 'Bearer the-key-of-this-instance',
};
const LAST_SCRIPT = 'echo saved >>"$HOME/saved"';

const busybox = process.env['PATH']
  ?.split(':')
  .map((folder) => join(folder, 'busybox'))
  .find((file) => existsSync(file));

describe.concurrent('the node agent', () => {
  describe('a heartbeat', () => {
    it(
      'first reports that the instance is ready, with its facts',
      testAgent({}, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 2);
        expect(heartbeats[0]).toMatchObject({
          authorization: 'Bearer the-lease-token',
          facts: {
            sshHostKey: HOST_KEY,
            gpuCount: 3,
            driver: '550.54.14',
            gpuName: 'NVIDIA GeForce RTX 4090',
          },
        });
        expect(heartbeats[1]).not.toHaveProperty('facts');
      }),
    );

    it(
      'has valid telemetry, with null for values that a GPU cannot report',
      testAgent({ env: { GPU_SHOPPER_JOB_ID: 'run/7' } }, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 3);
        const [first, , third] = heartbeats.map(({ telemetry }) => Telemetry.parse(telemetry));
        expect(first).toMatchObject({ gpus: GPUS, networkKbps: null, jobId: 'run/7' });
        expect(third).toMatchObject({ gpus: GPUS, networkKbps: expect.any(Number) });
        expect(third?.processes).toBeGreaterThan(0);
        expect(third?.uptimeSeconds).toBeGreaterThanOrEqual(1);
        expect(third?.rxBytes).toBeGreaterThanOrEqual(first?.rxBytes ?? Number.NaN);
        expect(third?.txBytes).toEqual(expect.any(Number));
      }),
    );

    it(
      'has a greater number than the previous one',
      testAgent({}, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 3);
        const [first = Number.NaN, ...others] = heartbeats.map(({ number }) => number);
        expect(first).toBeGreaterThan(1_700_000_000);
        expect(others.slice(0, 2)).toEqual([first + 1, first + 2]);
      }),
    );

    it(
      'is also sent by an instance without GPUs',
      testAgent({ gpus: false }, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 1);
        expect(heartbeats[0]).toMatchObject({
          telemetry: { gpus: [] },
          facts: { sshHostKey: HOST_KEY },
        });
      }),
    );

    it(
      'is sent with wget when there is no curl',
      testAgent(
        { programs: ['wget'], answer: (count) => (count < 3 ? goOn() : STOP) },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.heartbeats[0]).toMatchObject({ authorization: 'Bearer the-lease-token' });
          expect(agent.heartbeats[2]).toMatchObject({ telemetry: { gpus: GPUS } });
          expect(agent.destroys[0]).toEqual(OWN_END);
        },
      ),
    );
  });

  /** As on Alpine Linux; skipped when busybox is not installed. */
  describe.skipIf(busybox === undefined)('an agent on busybox', () => {
    const box = { busybox: busybox ?? '' };

    it(
      'sends heartbeats, and destroys its instance with curl',
      testAgent({ ...box, answer: (count) => (count < 3 ? goOn() : STOP) }, async (agent) => {
        await agent.until(() => agent.destroys.length >= 1);
        expect(agent.heartbeats[2]).toMatchObject({ telemetry: { gpus: GPUS } });
        expect(agent.destroys[0]).toEqual(OWN_END);
      }),
    );

    it(
      'sends heartbeats with a wget without DELETE, installs curl, and logs that it cannot end its instance',
      testAgent(
        { ...box, programs: [], answer: (count) => (count < 3 ? goOn() : STOP) },
        async (agent) => {
          await agent.until(() => agent.log().includes('gpu-shopper cannot end this instance'));
          expect(agent.heartbeats[0]).toMatchObject({ authorization: 'Bearer the-lease-token' });
          expect(agent.log()).toContain('apk');
        },
      ),
    );
  });

  describe('what the agent sends', () => {
    it(
      'is a heartbeat to the real service, with any content type of curl',
      testAgent({}, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 1);
        const { sent = '', contentType = '' } = heartbeats[0] ?? {};
        const world = await leaseWorld();
        await world.active();
        const token = world.market.instances()[0]?.env['GPU_SHOPPER_LEASE_TOKEN'];
        const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
        const request = { route: 'recordNodeHeartbeat', params: {}, path: '', query: '' } as const;
        // The instance has already sent a heartbeat by its own, earlier clock.
        const body = Buffer.from(sent.replace(/"number":\d+/, '"number":9999999999'));
        const event = eventOf({ ...request, headers, body }, 'a-request');
        expect(event.isBase64Encoded).toBe(true);
        const reply = await world.service.answer('recordNodeHeartbeat', event);
        expect(reply.statusCode).toBe(200);
        expect(JSON.parse(reply.body)).toMatchObject({ carryOn: true, everySeconds: 60 });
        await world.close();
      }),
    );
  });

  describe('a network gap', () => {
    const gap: AgentOptions = {
      answer: (count) => (count < 3 ? { status: count === 1 ? 503 : 403 } : goOn()),
      onEnding: LAST_SCRIPT,
    };

    it(
      'and refusals do not stop the agent, which sends its facts until they arrive',
      testAgent(gap, async ({ heartbeats, until, destroys, read }) => {
        await until(() => heartbeats.length >= 5);
        const withFacts = heartbeats.map((heartbeat) => heartbeat.facts !== undefined);
        expect(withFacts.slice(0, 5)).toEqual([true, true, true, false, false]);
        expect(destroys).toEqual([]);
        expect(read('saved')).toBe('');
      }),
    );
  });

  describe('the end of an instance', () => {
    it(
      'follows a reply to stop, after the last script has run once',
      testAgent({ answer: () => STOP, onEnding: LAST_SCRIPT }, async (agent) => {
        await agent.until(() => agent.destroys.length >= 2);
        expect(agent.destroys[0]).toEqual(OWN_END);
        expect(agent.heartbeats).toHaveLength(1);
        expect(agent.read('saved')).toBe('saved\n');
      }),
    );

    it(
      'is at the last received end when no later reply arrives',
      testAgent(
        {
          answer: (count) => (count === 1 ? goOn({ secondsLeft: 3 }) : { status: 503 }),
          onEnding: LAST_SCRIPT,
        },
        async (agent) => {
          await agent.until(() => agent.read('saved') !== '');
          expect(agent.destroys).toEqual([]);
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.destroys[0]).toEqual(OWN_END);
          expect(agent.heartbeats.length).toBeGreaterThanOrEqual(3);
          expect(agent.read('saved')).toBe('saved\n');
        },
      ),
    );

    it(
      'is moved only by a reply',
      testAgent(
        {
          answer: (count) => goOn({ secondsLeft: count < 3 ? 3 : 3_600 }),
          env: { GPU_SHOPPER_NODE_SECONDS: '1 30 30 1 1' },
          onEnding: LAST_SCRIPT,
        },
        async ({ heartbeats, destroys, until, read }) => {
          await until(() => heartbeats.length >= 7);
          expect(destroys).toEqual([]);
          expect(read('saved')).toBe('');
        },
      ),
    );

    it(
      'follows a time without any reply',
      testAgent(
        { answer: () => ({ status: 503 }), env: { GPU_SHOPPER_NODE_SECONDS: '1 2 30 1 1' } },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.destroys[0]).toEqual(OWN_END);
        },
      ),
    );

    it(
      'does not follow the same time after a reply',
      testAgent(
        {
          answer: (count) => (count === 1 ? goOn() : { status: 503 }),
          env: { GPU_SHOPPER_NODE_SECONDS: '1 2 30 1 1' },
        },
        async ({ heartbeats, destroys, until }) => {
          await until(() => heartbeats.length >= 7);
          expect(destroys).toEqual([]);
        },
      ),
    );

    it(
      'follows a long time without a further reply',
      testAgent(
        {
          answer: (count) => (count === 1 ? goOn() : { status: 503 }),
          env: { GPU_SHOPPER_NODE_SECONDS: '1 1 3 1 1' },
        },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.destroys[0]).toEqual(OWN_END);
          expect(agent.heartbeats.length).toBeGreaterThanOrEqual(4);
        },
      ),
    );

    it(
      'is not delayed by a last script that hangs',
      testAgent(
        { answer: () => STOP, onEnding: 'echo started >>"$HOME/started"; sleep 60' },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.read('started')).toBe('started\n');
        },
      ),
    );

    it(
      'is a power-off when the instance has no key of the provider',
      testAgent(
        {
          answer: () => STOP,
          env: { GPU_SHOPPER_DESTROY_KEY: '' },
          programs: ['curl', 'poweroff'],
        },
        async (agent) => {
          await agent.until(() => agent.read('poweroff') !== '');
          expect(agent.destroys).toEqual([]);
        },
      ),
    );

    it(
      'is logged as failed when the agent cannot destroy the instance',
      testAgent({ answer: () => STOP, env: { GPU_SHOPPER_DESTROY_KEY: '' } }, async (agent) => {
        await agent.until(() => agent.log().includes('gpu-shopper cannot end this instance'));
        expect(agent.destroys).toEqual([]);
      }),
    );
  });

  describe('in the start script of Vast.ai', () => {
    const spec = {
      image: 'ubuntu:24.04',
      diskGb: 20,
      env: {},
      startScript: 'echo "started as $CONTAINER_ID"',
      agent: packedAgent(),
      sshPublicKey: 'ssh-ed25519 AAAA someone',
    };

    it(
      'the packed agent destroys its instance with the key of the instance, and the start script runs',
      testAgent(
        {
          script: (url) => onstartOf(spec, url),
          answer: (count) => (count === 1 ? goOn() : STOP),
          env: {
            CONTAINER_ID: '815',
            CONTAINER_API_KEY: 'the-key-of-the-container',
            GPU_SHOPPER_DESTROY_URL: '',
            GPU_SHOPPER_DESTROY_KEY: '',
          },
        },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.log()).toContain('started as 815');
          expect(agent.heartbeats[0]).toMatchObject({ telemetry: { gpus: GPUS } });
          expect(agent.destroys[0]).toEqual({
            path: '/api/v0/instances/815/',
            authorization: 'Bearer the-key-of-the-container',
          });
        },
      ),
    );
  });
});
