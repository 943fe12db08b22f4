// The real node agent under sh, with a simulated nvidia-smi, against a loopback server. It lives by
// its instance's own seconds, so these tests wait for some, side by side.

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

/** A test with an agent of its own. */
const told =
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
      'says first that the instance is ready, and what it is',
      told({}, async ({ heartbeats, until }) => {
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
      'carries telemetry as the service reads it, null where a card cannot say',
      told({ env: { GPU_SHOPPER_JOB_ID: 'run/7' } }, async ({ heartbeats, until }) => {
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
      'has a greater number than the one before',
      told({}, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 3);
        const [first = Number.NaN, ...others] = heartbeats.map(({ number }) => number);
        expect(first).toBeGreaterThan(1_700_000_000);
        expect(others.slice(0, 2)).toEqual([first + 1, first + 2]);
      }),
    );

    it(
      'comes from an instance without GPUs, too',
      told({ gpus: false }, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 1);
        expect(heartbeats[0]).toMatchObject({
          telemetry: { gpus: [] },
          facts: { sshHostKey: HOST_KEY },
        });
      }),
    );

    it(
      'is sent with wget where there is no curl',
      told(
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

  /** As on Alpine Linux; where no busybox is at hand, these are shown as skipped. */
  describe.skipIf(busybox === undefined)('an agent on busybox', () => {
    const box = { busybox: busybox ?? '' };

    it(
      'heartbeats, and ends its instance by curl',
      told({ ...box, answer: (count) => (count < 3 ? goOn() : STOP) }, async (agent) => {
        await agent.until(() => agent.destroys.length >= 1);
        expect(agent.heartbeats[2]).toMatchObject({ telemetry: { gpus: GPUS } });
        expect(agent.destroys[0]).toEqual(OWN_END);
      }),
    );

    it(
      'heartbeats with a wget that cannot delete, asks for curl, and says that it cannot end its instance',
      told(
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
      'is a heartbeat to the real service, whatever type curl calls it',
      told({}, async ({ heartbeats, until }) => {
        await until(() => heartbeats.length >= 1);
        const { sent = '', contentType = '' } = heartbeats[0] ?? {};
        const world = await leaseWorld();
        await world.active();
        const token = world.market.instances()[0]?.env['GPU_SHOPPER_LEASE_TOKEN'];
        const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
        const request = { route: 'recordNodeHeartbeat', params: {}, path: '', query: '' } as const;
        // The instance of this world has sent a heartbeat by its own, earlier clock.
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
      'is outlived, refusals and all, and facts are told until they arrive',
      told(gap, async ({ heartbeats, until, destroys, read }) => {
        await until(() => heartbeats.length >= 5);
        const untold = heartbeats.map((heartbeat) => heartbeat.facts !== undefined);
        expect(untold.slice(0, 5)).toEqual([true, true, true, false, false]);
        expect(destroys).toEqual([]);
        expect(read('saved')).toBe('');
      }),
    );
  });

  describe('the end of an instance', () => {
    it(
      'follows a stop, after the last script has run once',
      told({ answer: () => STOP, onEnding: LAST_SCRIPT }, async (agent) => {
        await agent.until(() => agent.destroys.length >= 2);
        expect(agent.destroys[0]).toEqual(OWN_END);
        expect(agent.heartbeats).toHaveLength(1);
        expect(agent.read('saved')).toBe('saved\n');
      }),
    );

    it(
      'comes at the last end that it was told, though nobody is heard since',
      told(
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
      'is moved by a reply alone',
      told(
        {
          answer: (count) => goOn({ secondsLeft: count < 3 ? 3 : 3_600 }),
          env: { GPU_SHOPPER_NODE_SECONDS: '1 30 1 1' },
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
      'comes when nothing was heard for too long',
      told(
        { answer: () => ({ status: 503 }), env: { GPU_SHOPPER_NODE_SECONDS: '1 2 1 1' } },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.destroys[0]).toEqual(OWN_END);
        },
      ),
    );

    it(
      'is not held up by a last script that hangs',
      told(
        { answer: () => STOP, onEnding: 'echo started >>"$HOME/started"; sleep 60' },
        async (agent) => {
          await agent.until(() => agent.destroys.length >= 1);
          expect(agent.read('started')).toBe('started\n');
        },
      ),
    );

    it(
      'is a power-off where the provider gives the instance no key',
      told(
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
      'that it cannot bring about is said in its log',
      told({ answer: () => STOP, env: { GPU_SHOPPER_DESTROY_KEY: '' } }, async (agent) => {
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
      'the packed agent ends its instance by the key of that one instance, beside the own script',
      told(
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
