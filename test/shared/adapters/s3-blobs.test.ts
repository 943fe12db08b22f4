// S3 over its wire format, against a loopback server with GET and PUT of one object. It sends these
// replies of S3: 200 with the body, 404 with the code NoSuchKey, 403 AccessDenied.

import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Blobs } from '../../../shared/adapters/s3-blobs.ts';
import { accessTo } from './aws-wire.ts';

const objects = new Map<string, Buffer>();
let server: Server;
let endpoint: string;

const errorOf = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://s3').pathname;
    if (path.startsWith('/closed/')) {
      request.resume();
      response.writeHead(403).end(errorOf('AccessDenied'));
    } else if (request.method === 'PUT') {
      objects.set(path, await buffer(request));
      response.writeHead(200).end();
    } else {
      const body = objects.get(path);
      response.writeHead(body === undefined ? 404 : 200).end(body ?? errorOf('NoSuchKey'));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const blobsIn = (bucket: string, at = endpoint) => createS3Blobs({ ...accessTo(at), bucket });

describe('blobs in S3', () => {
  it('are read back byte for byte from their bucket and key', async () => {
    const body = new Uint8Array([0, 31, 139, 255, 10, 13]);
    await blobsIn('menu').put('snapshots/vastai/000000000000001', body);
    expect([...objects.keys()]).toEqual(['/menu/snapshots/vastai/000000000000001']);
    expect([...objects.values()]).toEqual([Buffer.from(body)]);
    const read = await blobsIn('menu').get('snapshots/vastai/000000000000001');
    expect(new Uint8Array(read ?? [])).toEqual(body);
  });

  it('are null when there is no such key', async () => {
    expect(await blobsIn('menu').get('snapshots/vastai/none')).toBeNull();
  });

  it('are AccessDenied when S3 refuses', async () => {
    await expect(blobsIn('closed').get('a')).rejects.toHaveProperty('name', 'AccessDenied');
  });

  it('are StoreDown when S3 is not available', async () => {
    const away = blobsIn('menu', 'http://127.0.0.1:9').put('a', new Uint8Array());
    await expect(away).rejects.toMatchObject({
      name: 'StoreDown',
      cause: { name: 'ECONNREFUSED' },
    });
  });
});
