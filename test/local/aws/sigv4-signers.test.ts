// Third-party signers: curl, aws4fetch, and requests that botocore signed. Each calls the service
// through its HTTP front, as a user's program does.

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVerifier } from '../../../local/aws/sigv4.ts';
import { LASTING, openFrontedWorld, TEMPORARY } from '../../support/worlds/front.ts';

let front: Awaited<ReturnType<typeof openFrontedWorld>>;
beforeAll(async () => {
  front = await openFrontedWorld();
});
afterAll(() => front.close());

const MENU = { offers: expect.any(Array), nextCursor: expect.any(String) };
const SSH_KEY = `ssh-ed25519 ${'A'.repeat(68)} me@laptop`;

/** curl signs since 7.75 (2021); without such a curl, these tests are skipped. */
const hasCurl = spawnSync('curl', ['--aws-sigv4', 'x', '--version']).status === 0;

describe.skipIf(!hasCurl)('curl --aws-sigv4', () => {
  const curl = async (...args: string[]): Promise<unknown> => {
    const user = `${LASTING.accessKeyId}:${LASTING.secretAccessKey}`;
    const sign = ['--aws-sigv4', 'aws:amz:us-east-1:execute-api', '--user', user];
    const { stdout } = await promisify(execFile)('curl', ['-s', ...sign, ...args]);
    return JSON.parse(stdout);
  };

  it('gets the menu with a sorted query', async () => {
    const url = `${front.url}/v1/offers?gpuName=RTX%204090&limit=3`;
    expect(await curl(url)).toEqual(MENU);
  });

  it('requests a lease', async () => {
    const headers = ['-H', 'content-type: application/json', '-H', 'idempotency-key: by-curl-1'];
    const body = JSON.stringify({ sshPublicKey: SSH_KEY, hours: 1 });
    const lease = await curl(...headers, '-d', body, `${front.url}/v1/leases`);
    expect(lease).toMatchObject({ state: 'requested' });
  });

  it('is refused with another secret', async () => {
    const refusal = await curl('--user', `${LASTING.accessKeyId}:x`, `${front.url}/v1/health`);
    expect(refusal).toMatchObject({ status: 403, type: 'urn:gpu-shopper:problem:Forbidden' });
  });
});

describe('aws4fetch', () => {
  const client = (keys: typeof LASTING) =>
    new AwsClient({ ...keys, region: 'us-east-1', service: 'execute-api', retries: 0 });

  it.each([
    ['long-term', LASTING],
    ['temporary', TEMPORARY],
  ])('gets the menu with %s credentials', async (_, keys) => {
    const url = new URL(`${front.url}/v1/offers`);
    url.searchParams.set('gpuName', 'RTX 4090');
    url.searchParams.set('limit', '3');
    const reply = await client(keys).fetch(url);
    expect([reply.status, await reply.json()]).toEqual([200, MENU]);
  });

  it('gets the menu with a URL it presigned', async () => {
    const url = `${front.url}/v1/offers?gpuName=RTX%204090&limit=3&X-Amz-Expires=60`;
    const { url: presigned } = await client(TEMPORARY).sign(url, { aws: { signQuery: true } });
    const reply = await fetch(presigned);
    expect([reply.status, await reply.json()]).toEqual([200, MENU]);
  });

  it('requests a lease', async () => {
    const reply = await client(LASTING).fetch(`${front.url}/v1/leases`, {
      method: 'POST',
      headers: { 'idempotency-key': 'by-aws4fetch-1', 'content-type': 'application/json' },
      body: JSON.stringify({ sshPublicKey: SSH_KEY }),
    });
    expect(reply.status).toBe(202);
  });
});

/** Signed by botocore 1.43.11 at noon of 21 November 2026, with invented keys. */
const RECORDED = [
  {
    what: 'an unsorted query',
    method: 'GET',
    target: '/v1/offers?limit=3&gpuName=RTX+4090',
    headers: {
      'x-amz-date': '20261121T120000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=b59bea5e01dc772aa8a256b880cfbd4ac38f7e0b0e1a943ed7761c9c726b16b4',
    },
  },
  {
    what: 'a body',
    method: 'POST',
    target: '/v1/leases',
    body: '{"sshPublicKey":"ssh-ed25519 key","gpuNames":["RTX 4090"]}',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': 'botocore-1',
      'x-amz-date': '20261121T120000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/execute-api/aws4_request, SignedHeaders=content-type;host;idempotency-key;x-amz-date, Signature=566bb06efab69654eae33d8f86ec3a1a5b8ae4b14fad11ea685e3a0ab2773683',
    },
  },
  {
    what: 'temporary credentials and a path that needs encoding',
    method: 'GET',
    target: '/v1/leases/a%20lease,%2B',
    headers: {
      'x-amz-date': '20261121T120000Z',
      'x-amz-security-token': 'a/token+with=signs',
      authorization:
        'AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20261121/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=5c078d8a4d2978aab2d48f7aeddd9d609fd9883ae05fa0fc86a6372fe5a82f0f',
    },
  },
  {
    what: 'a presigned URL',
    method: 'GET',
    target:
      '/v1/offers?gpuName=RTX%204090&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Date=20261121T120000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=e35ab6879fe78aa1588128e09ff622ad418c4e39cf739359b2e45d0ff27a3742',
    headers: {},
  },
  {
    what: 'a URL presigned with temporary credentials',
    method: 'GET',
    target:
      '/v1/leases?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAEXAMPLE%2F20261121%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Date=20261121T120000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Security-Token=a%2Ftoken%2Bwith%3Dsigns&X-Amz-Signature=e721df2f70f598e76eb291b5cc6e2e8a315c6f9d6932ebce564245977727f828',
    headers: {},
  },
];

describe('a request that botocore signed', () => {
  const userArn = 'arn:aws:iam::000000000000:user/you';
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const keys = new Map([
    ['AKIDEXAMPLE', { secretAccessKey, sessionToken: null, userArn }],
    [
      'ASIAEXAMPLE',
      {
        secretAccessKey: 'a-secret-that-soon-expires',
        sessionToken: 'a/token+with=signs',
        userArn,
      },
    ],
  ]);
  const verify = createVerifier({
    region: 'us-east-1',
    service: 'execute-api',
    keyNamed: (id) => keys.get(id),
    now: () => Date.UTC(2026, 10, 21, 12, 1),
  });
  const wire = ({ method, target, headers, body = '' }: (typeof RECORDED)[number]) => {
    const [path = '', query = ''] = target.split('?');
    const sent = Object.entries({ host: '127.0.0.1:8787', ...headers });
    const lists = new Map(sent.map(([name, value]) => [name, [value]]));
    return { method, path, query, headers: lists, body: Buffer.from(body) };
  };

  it.each(RECORDED)('is accepted: $what', (request) => {
    expect(verify(wire(request))).toEqual({ kind: 'signed', userArn });
  });

  it.each(RECORDED)('is refused after its path changed: $what', (request) => {
    const target = request.target.replace('/v1/', '/v1//');
    expect(verify(wire({ ...request, target }))).toMatchObject({ kind: 'refused' });
  });
});
