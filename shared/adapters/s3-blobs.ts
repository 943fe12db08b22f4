// Blobs in one S3 bucket. Every error of S3 is StoreDown or AccessDenied.

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Failure } from '../core/base/failure.ts';
import { policy } from '../core/base/policy/policy.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import { createCalls, failureOf, type Trouble } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type S3BlobsOptions = AwsAccess & { readonly bucket: string };

const down = (trouble: Trouble): Failure => failureOf(trouble, 'StoreDown', 'S3');

/** Blobs in `options.bucket`. Both methods are safe to repeat. Throws StoreDown. */
export function createS3Blobs({ bucket, ...access }: S3BlobsOptions): BlobStore {
  const client = new S3Client({
    ...clientConfig(access, policy.aws.blobTimeout),
    // A custom endpoint has no host name and certificate for each bucket.
    forcePathStyle: access.endpoint !== undefined,
    // The header Expect would open a new connection for each blob.
    expectContinueHeader: false,
  });
  const calls = createCalls(client);
  return {
    put: async (key, body) => {
      const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body });
      const sent = await calls(() => client.send(command));
      if (sent.kind === 'trouble') throw down(sent);
    },
    get: async (key) => {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key });
      // The client resolves when the reply starts: reading the body can still fail.
      const sent = await calls(async () => {
        const { Body } = await client.send(command);
        return Body?.transformToByteArray();
      });
      if (sent.kind === 'reply') return sent.output ?? new Uint8Array();
      if (sent.name === 'NoSuchKey') return null;
      throw down(sent);
    },
  };
}
