// Decisions about calls of AWS, each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { minutes, seconds } from '../time.ts';

export const awsPolicy = {
  aws: {
    /** Tries of one call, the first included: with their pauses, 20 s at most for small replies. */
    maxAttempts: 3,
    /** Until a connection stands, TLS excepted. In a region that takes milliseconds. */
    connectionTimeout: seconds(2),
    /** Until the reply begins, and between two parts of it. A call usually takes milliseconds. */
    requestTimeout: seconds(5),
    /** The same for a blob of a few megabytes. */
    blobTimeout: seconds(10),
    /** Connections of one client, kept open: at 5 ms a call, they carry 10,000 calls a second. */
    maxSockets: 50,
    /** Parts of one batch of reads: it has 3 parts for its size, the rest is throttling. */
    maxBatchParts: 10,
  },
  keys: {
    /** A key that was replaced is picked up within this time, even if nobody refuses the old. */
    maxAge: minutes(5),
    /** Between two reads: refusals of a key that is plainly wrong must not cost a read each. */
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
