// The connection to DynamoDB, and the only place that handles its errors: a failed condition is the
// outcome `refused`, every other error is StoreDown or AccessDenied.

import {
  type $Command,
  type AttributeValue,
  DynamoDBClient,
  type DynamoDBClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { createCalls, failureOf, type Sent } from '../aws/calls.ts';
import { type AwsAccess, clientConfig } from '../aws/client-config.ts';

export type ConnectOptions = AwsAccess & {
  /** Called for each sent request, retries included, with its operation, such as GetItem. */
  readonly onCall?: ((operation: string) => void) | undefined;
};

/** An item in DynamoDB's format, each value under its type. */
export type Marshalled = Record<string, AttributeValue>;

/** One operation with its input. */
type Operation<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

export type Connection = {
  /** Sends one operation. Throws StoreDown or AccessDenied. */
  call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: Operation<Input, Output>,
  ): Promise<Output>;
  /**
   * Sends one conditional write. `refused` means that the condition failed, or that the write took
   * effect, lost its reply and was sent again. Callers must read the item again before they
   * conclude that another writer was faster. Throws StoreDown.
   */
  write<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: Operation<Input, Output>,
  ): Promise<Output | 'refused'>;
};

function outputOf<Output>(sent: Sent<Output>): Output {
  if (sent.kind === 'reply') return sent.output;
  throw failureOf(sent, 'StoreDown', 'DynamoDB');
}

/** Counts after the retry middleware, so that each attempt is counted. */
function countCalls(client: DynamoDBClient, onCall: (operation: string) => void): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (request) => {
        onCall(commandName.replace(/Command$/, ''));
        return next(request);
      },
    { step: 'deserialize' },
  );
}

/** Creates a connection; it sends nothing before the first call. */
export function connect({ onCall, ...access }: ConnectOptions): Connection {
  // The endpoint of an account would be a second host with its own connections.
  const client = new DynamoDBClient({ ...clientConfig(access), accountIdEndpointMode: 'disabled' });
  if (onCall !== undefined) countCalls(client, onCall);
  const calls = createCalls(client);
  return {
    call: async (operation) => outputOf(await calls(() => client.send(operation))),
    write: async (operation) => {
      const sent = await calls(() => client.send(operation));
      const refused = sent.kind === 'trouble' && sent.name === 'ConditionalCheckFailedException';
      return refused ? 'refused' : outputOf(sent);
    },
  };
}
