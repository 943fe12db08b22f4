// Where blobs of megabytes are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

/** Blobs of megabytes: offer snapshots. A key is written once and never changed. */
export type BlobStore = {
  put(key: string, body: Uint8Array): Promise<void>;
  /** Null when there is no such key. */
  get(key: string): Promise<Uint8Array | null>;
};
