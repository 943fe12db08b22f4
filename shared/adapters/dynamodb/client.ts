// The one connection to DynamoDB, and the only place that looks at its errors: trouble becomes
// StoreDown, a refused condition becomes an answer. No caller ever sees an error of the SDK.

import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Failure } from '../../core/failure.ts';

export type ConnectOptions = {
  readonly region: string;
  /** Where DynamoDB is, when it isn't the region's own. */
  readonly endpoint?: string;
  /** Taken from the environment unless given. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Told of each request that is sent, by the operation's name: GetItem, UpdateItem. */
  readonly onCall?: (operation: string) => void;
};

/**
 * A call takes milliseconds: one that takes this long is lost. Three tries and their pauses stay
 * under 20 s, below the timeout of any function.
 */
const LIMITS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Connects; nothing is sent before the first call. */
export function connect(options: ConnectOptions): DynamoDBDocumentClient {
  const { onCall, ...where } = options;
  const client = new DynamoDBClient({ ...where, ...LIMITS });
  if (onCall !== undefined) {
    client.middlewareStack.add(
      (next, context) => (args) => {
        onCall(String(context.commandName).replace(/Command$/, ''));
        return next(args);
      },
      // Behind the SDK's own retries, so that a repeated request counts again.
      { step: 'finalizeRequest', priority: 'low', name: 'countCalls' },
    );
  }
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Runs one call. Throws StoreDown, whatever went wrong. */
export async function calling<Output>(op: () => Promise<Output>): Promise<Output> {
  try {
    return await op();
  } catch (cause) {
    throw new Failure('StoreDown', `DynamoDB: ${String(cause)}`, { cause });
  }
}

/**
 * Runs one conditional write. A condition that wasn't met is the answer `refused`; so is a write
 * that took effect, lost its reply and was sent again by the SDK. Callers therefore read again
 * before they conclude that somebody else was faster. Throws StoreDown.
 */
export function writing<Output>(op: () => Promise<Output>): Promise<Output | 'refused'> {
  return calling(async () => {
    try {
      return await op();
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'refused';
      throw error;
    }
  });
}
