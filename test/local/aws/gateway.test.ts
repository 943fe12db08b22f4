// The events that handlers receive have the shape of API Gateway's HTTP APIs (payload format 2.0),
// so that handlers receive the same events on AWS.

import { describe, expect, it } from 'vitest';
import { eventOf, gatewayEvent, type RoutedRequest } from '../../../local/aws/gateway.ts';

const GET: RoutedRequest = {
  route: 'listOffers',
  params: {},
  path: '/v1/offers',
  query: 'gpuName=RTX%204090&limit=3&limit=4',
  headers: { host: '127.0.0.1' },
  body: Buffer.from(''),
};
const posted = (body: string, contentType?: string) =>
  eventOf(
    {
      ...GET,
      body: Buffer.from(body),
      headers: contentType === undefined ? {} : { 'content-type': contentType },
    },
    'an-id',
  );

describe('an event', () => {
  it('holds the route, the path and the caller', () => {
    const userArn = 'arn:aws:iam::000000000000:user/you';
    const request = { ...GET, route: 'readLease', params: { id: 'a' }, userArn } as const;
    expect(eventOf({ ...request, path: '/v1/leases/a', query: '' }, 'an-id')).toEqual({
      version: '2.0',
      routeKey: 'GET /v1/leases/{id}',
      rawPath: '/v1/leases/a',
      rawQueryString: '',
      headers: { host: '127.0.0.1' },
      pathParameters: { id: 'a' },
      requestContext: {
        requestId: 'an-id',
        stage: '$default',
        http: { method: 'GET', path: '/v1/leases/a' },
        authorizer: { iam: { accountId: '000000000000', userArn } },
      },
      isBase64Encoded: false,
    });
  });

  it('decodes the query and joins repeated parameters', () => {
    expect(eventOf(GET, 'an-id')).toMatchObject({
      rawQueryString: GET.query,
      queryStringParameters: { gpuName: 'RTX 4090', limit: '3,4' },
    });
  });

  it('has no caller unless the request has one', () => {
    expect(eventOf(GET, 'an-id').requestContext).not.toHaveProperty('authorizer');
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/a+json',
  ])('holds a body of %s as text', (type) => {
    expect(posted('{"é":1}', type)).toMatchObject({ body: '{"é":1}', isBase64Encoded: false });
  });

  it.each([undefined, 'application/x-www-form-urlencoded', 'image/png'])(
    'holds a body of %s in base64',
    (type) => {
      expect(posted('{}', type)).toMatchObject({ body: 'e30=', isBase64Encoded: true });
    },
  );

  it('can be created without an HTTP request', () => {
    const event = gatewayEvent('requestLease', { query: { a: 'b c' }, body: { é: 1 } }, 'an-id');
    expect(event).toMatchObject({
      rawPath: '/v1/leases',
      rawQueryString: 'a=b+c',
      body: '{"é":1}',
      isBase64Encoded: false,
    });
  });
});
