// Blobs in one S3 bucket. Trouble becomes StoreDown here and nowhere else.

import { Failure } from '../core/base/failure.ts';
import { seconds } from '../core/base/time.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import { type AwsAccess, createCaller, escaped } from './aws/caller.ts';
import type { Trouble } from './aws/trouble.ts';

export type S3BlobsOptions = AwsAccess & { readonly bucket: string };

/** A snapshot is about a megabyte: 10 s are enough for it within a region, three tries as well. */
const LIMITS = { connect: seconds(1), exchange: seconds(10) };

const down = (cause: Trouble): Failure =>
  new Failure('StoreDown', `S3: ${cause.name}: ${cause.message}`, { cause });

/** The bucket is part of the host; of the path where that has no name or no certificate. */
function placeOf({ bucket, endpoint }: S3BlobsOptions) {
  return endpoint === undefined && !bucket.includes('.')
    ? { host: `${bucket}.s3`, root: '/' }
    : { host: 's3', root: `/${escaped(bucket)}/` };
}

/** Blobs in `options.bucket`. Both methods are safe to repeat. Throws StoreDown. */
export function createS3Blobs(options: S3BlobsOptions): BlobStore {
  const { host, root } = placeOf(options);
  const call = createCaller({ ...options, service: 's3', host, limits: LIMITS });
  const pathOf = (key: string): string => root + key.split('/').map(escaped).join('/');
  return {
    put: async (key, body) => {
      const request = { operation: 'PutObject', method: 'PUT', path: pathOf(key), body } as const;
      const answer = await call(request);
      if (answer.kind === 'trouble') throw down(answer);
    },
    get: async (key) => {
      const answer = await call({ operation: 'GetObject', method: 'GET', path: pathOf(key) });
      if (answer.kind === 'reply') return answer.body;
      if (answer.name === 'NoSuchKey') return null;
      throw down(answer);
    },
  };
}
