// The envelope of the HTTP API: API Gateway v2 events in, JSON replies out.

import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import type { ConsumerId } from '../core/base/ids.ts';
import { consumerOfPrincipal } from './principal.ts';

/** The fields of an API Gateway v2 event that the service uses. It ignores all others. */
export const HttpEvent = z.object({
  routeKey: z.string(),
  headers: z.record(z.string(), z.optional(z.string())),
  pathParameters: z._default(z.optional(z.record(z.string(), z.optional(z.string()))), {}),
  queryStringParameters: z._default(z.optional(z.record(z.string(), z.optional(z.string()))), {}),
  body: z.optional(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
  requestContext: z.object({
    requestId: z.string(),
    authorizer: z.optional(
      z.object({ iam: z.optional(z.object({ accountId: z.string(), userArn: z.string() })) }),
    ),
  }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

export type HttpReply = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The maximum length of a body, in characters. */
const MAX_BODY = 65_536;

/** The body as text, decoded; empty when there is none. Throws BadRequest when it is too large. */
export function bodyText(event: HttpEvent): string {
  const { body = '', isBase64Encoded } = event;
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (text.length > MAX_BODY) {
    const rule = `must be at most ${MAX_BODY} characters`;
    throw new Failure('BadRequest', `body: ${rule}`, { field: 'body' });
  }
  return text;
}

/** The query fields of a presigned URL's signature (AWS Signature Version 4, November 2026). */
const PRESIGNED =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/i;

/**
 * The query without the signature of a presigned URL, which the gateway has checked. AWS doesn't
 * document whether the gateway passes it on.
 */
export function queryOf(event: HttpEvent): HttpEvent['queryStringParameters'] {
  const fields = Object.entries(event.queryStringParameters);
  return Object.fromEntries(fields.filter(([name]) => !PRESIGNED.test(name)));
}

/** The caller. Throws Forbidden without an IAM identity: unsigned requests are never accepted. */
export function consumerOf(event: HttpEvent): ConsumerId {
  const arn = event.requestContext.authorizer?.iam?.userArn;
  if (arn === undefined)
    throw new Failure('Forbidden', 'the request must be signed with AWS Signature Version 4');
  return consumerOfPrincipal(arn);
}

/** The bearer token of an instance. Throws Forbidden without one. */
export function bearerOf(event: HttpEvent): string {
  const value = event.headers['authorization'] ?? '';
  const token = /^Bearer ([\w.-]{1,200})$/.exec(value)?.[1];
  if (token === undefined)
    throw new Failure('Forbidden', 'the header Authorization must be "Bearer" and the lease token');
  return token;
}

/** A JSON reply. */
export function reply(statusCode: number, body: unknown): HttpReply {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { statusCode, headers, body: JSON.stringify(body) };
}
