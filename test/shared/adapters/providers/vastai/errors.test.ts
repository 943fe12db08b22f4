// The classification of recorded and documented error replies.

import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../../../shared/adapters/providers/http.ts';
import {
  failureOf,
  shorten,
  type TroubleKind,
  troubleOf,
} from '../../../../../shared/adapters/providers/vastai/errors.ts';
import type { FailureName } from '../../../../../shared/core/base/failure.ts';
import { type ErrorBody, errorBodies } from '../../../../fixtures/vastai/error-bodies.ts';
import { replyOf } from './replies.ts';

describe('a response of Vast.ai', () => {
  it.each(
    errorBodies.map((reply): [string, ErrorBody] => [`${reply.name} (${reply.source})`, reply]),
  )('is read rightly: %s', (_name, { status, body, kind }) => {
    expect(troubleOf(replyOf(status, body))?.kind).toBe(kind);
  });

  it('is no error when it is JSON and reports success', () => {
    expect(troubleOf(replyOf(200, '{"success":true}'))).toBeNull();
    expect(troubleOf(replyOf(201, '{"new_contract":1}'))).toBeNull();
  });

  it('has an unknown effect when there is none', () => {
    const nothing: HttpAnswer = { kind: 'no-reply', reason: 'connection failed: ECONNRESET' };
    expect(troubleOf(nothing)).toEqual(nothing);
  });

  it('is never an unknown instance when the key is bad', () => {
    const bodies = errorBodies.filter(({ kind }) => kind === 'unauthorised');
    const kinds = bodies.map(({ status, body }) => troubleOf(replyOf(status, body))?.kind);
    expect(bodies.length).toBeGreaterThan(2);
    expect(kinds).not.toContain('no-instance');
  });
});

describe('the failure of a call that must succeed', () => {
  it.each<[TroubleKind, FailureName]>([
    ['no-reply', 'ProviderDown'],
    ['down', 'ProviderDown'],
    ['rate-limited', 'RateLimited'],
    ['unauthorised', 'Unauthorised'],
    ['garbled', 'BadReply'],
    ['refused', 'BadReply'],
    ['no-instance', 'BadReply'],
    ['offer-gone', 'BadReply'],
    ['no-funds', 'BadReply'],
  ])('after %s is %s', (kind, name) => {
    expect(failureOf({ kind, reason: 'why' }, 'GET /x/')).toMatchObject({
      name,
      message: 'vastai GET /x/: why',
    });
  });

  it('has the reason in one line of bounded length', () => {
    expect(shorten(`two\n\nlines ${'x'.repeat(500)}`)).toMatch(/^two lines x{190}$/);
  });
});
