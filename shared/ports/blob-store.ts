// Stores blobs of a few megabytes. Each write is one conditional write of one item. All may throw
// StoreDown; every method is safe to repeat unless it says otherwise.

/** Blobs such as offer snapshots. A key is written once and never changed. */
export type BlobStore = {
  put(key: string, body: Uint8Array): Promise<void>;
  /** Null when there is no such key. */
  get(key: string): Promise<Uint8Array | null>;
};
