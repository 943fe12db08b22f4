// Decisions about AWS calls, each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { minutes, seconds } from '../time.ts';

export const awsPolicy = {
  aws: {
    /** Attempts of one call, including the first: with pauses at most 20 s for small replies. */
    maxAttempts: 3,
    /** To open a connection, without TLS. Within a region it takes milliseconds. */
    connectionTimeout: seconds(2),
    /** Until the reply starts, and between two parts of it. A call usually takes milliseconds. */
    requestTimeout: seconds(5),
    /** The same for a blob of a few megabytes. */
    blobTimeout: seconds(10),
    /** Connections of one client, kept open: at 5 ms a call, they carry 10,000 calls a second. */
    maxSockets: 50,
    /** Requests of one batch of reads: 3 for its size, the rest for throttling. */
    maxBatchParts: 10,
  },
  keys: {
    /** A replaced key is read within this time, even if the old one is still accepted. */
    maxAge: minutes(5),
    /** Between two reads: refusals of a wrong key must not cost a read each. */
    minReadInterval: minutes(1),
  },
} as const;

invariant(
  awsPolicy.aws.connectionTimeout <= awsPolicy.aws.requestTimeout,
  'a request must have time for its connection',
);

invariant(
  awsPolicy.keys.minReadInterval <= awsPolicy.keys.maxAge,
  'keys must be read again before they are too old',
);
