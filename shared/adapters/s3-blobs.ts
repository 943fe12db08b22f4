// Blobs in one S3 bucket. Errors of the SDK become StoreDown here and nowhere else.

import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Failure } from '../core/failure.ts';
import type { BlobStore } from '../ports/stores.ts';

export type S3BlobsOptions = {
  readonly bucket: string;
  readonly region: string;
  /** Where S3 is, when it isn't the region's own; the bucket is then part of the path. */
  readonly endpoint?: string;
  /** Taken from the environment unless given. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** A snapshot is about a megabyte: 10 s are enough for it within a region, three tries as well. */
const LIMITS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

async function calling<Output>(op: () => Promise<Output>): Promise<Output> {
  try {
    return await op();
  } catch (cause) {
    throw new Failure('StoreDown', `S3: ${String(cause)}`, { cause });
  }
}

/** Blobs in `options.bucket`. Both methods are safe to repeat. Throws StoreDown. */
export function s3Blobs(options: S3BlobsOptions): BlobStore {
  const { bucket: Bucket, ...where } = options;
  const client = new S3Client({
    ...where,
    ...LIMITS,
    forcePathStyle: options.endpoint !== undefined,
  });
  const read = async (Key: string): Promise<Uint8Array | null> => {
    try {
      const reply = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await reply.Body?.transformToByteArray()) ?? null;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  };
  return {
    put: async (Key, Body) => {
      await calling(() => client.send(new PutObjectCommand({ Bucket, Key, Body })));
    },
    get: (key) => calling(() => read(key)),
  };
}
