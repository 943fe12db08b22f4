// Replies of a newer service, and replies of another service.

import { describe, expect, it } from 'vitest';
import type { RouteName } from '../../../shared/api/contract/contract.ts';
import { replies } from '../../../shared/api/contract/replies/replies.ts';
import { aLease } from '../builders.ts';
import { REPLIES, withAddedFields } from '../replies.ts';
import { CALLS } from './calls.ts';
import { inTurn, serveScript } from './scripted.ts';

const ROUTES = Object.keys(REPLIES) as readonly RouteName[];

describe('a newer service', () => {
  it.each(ROUTES)('may add fields to the reply of %s, and the client keeps them', async (name) => {
    const body = withAddedFields(REPLIES[name]);
    expect(body).toMatchObject({ addedLater: 1 });
    expect(replies[name].safeParse(REPLIES[name]).success).toBe(true);
    expect(replies[name].safeParse(body).success).toBe(false);
    const { client } = await serveScript(inTurn({ body }));
    expect(await CALLS[name](client)).toEqual(body);
  });

  it.each([
    ['state', { ...aLease(), state: 'paused' }],
    ['endReason', { ...aLease(), endReason: 'bad-image' }],
    ['can', { ...aLease(), can: ['release', 'pause'] }],
  ])('may send an unknown value of %s, and the client keeps it', async (_, body) => {
    const { client } = await serveScript(inTurn({ body }));
    expect(await client.readLease(aLease().id)).toEqual(body);
  });
});

describe('an unexpected reply', () => {
  it.each(
    ROUTES.flatMap((name) => Object.keys(REPLIES[name]).map((field) => [name, field] as const)),
  )('of %s without %s is a problem that names the field', async (name, field) => {
    const body = { ...REPLIES[name], [field]: undefined };
    const { client, asked } = await serveScript(inTurn({ body }));
    await expect(CALLS[name](client)).rejects.toMatchObject({
      name: 'ApiProblem',
      type: 'urn:gpu-shopper:problem:UnexpectedReply',
      status: 200,
      retryable: false,
      requestId: 'request-1',
      detail: expect.stringMatching(`^the reply of ${name} has no valid field "${field}": update`),
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [[], 'has an unexpected form'],
    ['"text"', 'has an unexpected form'],
    [{ ...aLease(), attempts: '1' }, 'has no valid field "attempts"'],
    [{ ...aLease(), ssh: [{ host: 'h', port: 22 }] }, 'has no valid field "ssh.0.user"'],
  ])('such as %j is a problem that names the fault', async (body, words) => {
    const { client } = await serveScript(inTurn({ body }));
    await expect(client.readLease(aLease().id)).rejects.toThrow(words);
  });
});
