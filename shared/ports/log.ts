// A line of the log.

/** Names, ids and words for people, never a secret. A line without an error is no trouble. */
export type LogLine = {
  readonly kind: string;
  readonly error: string | undefined;
  readonly message: string | undefined;
  /** What the line is about, such as a lease. */
  readonly id: string | undefined;
  /** The request of AWS that the line belongs to. */
  readonly requestId?: string | undefined;
};
