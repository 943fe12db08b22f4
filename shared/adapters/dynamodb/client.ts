// The one connection to DynamoDB, and the only place that looks at its errors: trouble becomes
// StoreDown, a refused condition becomes an answer.

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
  /** Is called for each request that is sent, retries included, with GetItem or UpdateItem. */
  readonly onCall?: ((operation: string) => void) | undefined;
};

/** An item as it travels, each value under its type. */
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
  /** Runs one call. Safe to repeat as the operation is. Throws StoreDown, whatever went wrong. */
  call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: Operation<Input, Output>,
  ): Promise<Output>;
  /**
   * Runs one conditional write. A condition that wasn't met is the answer `refused`; so is a write
   * that took effect, lost its reply and was sent again. Callers therefore read again before they
   * conclude that somebody else was faster. Throws StoreDown.
   */
  write<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: Operation<Input, Output>,
  ): Promise<Output | 'refused'>;
};

function outputOf<Output>(sent: Sent<Output>): Output {
  if (sent.kind === 'reply') return sent.output;
  throw failureOf(sent, 'StoreDown', 'DynamoDB');
}

/** Behind the retries: each request passes here. */
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

/** Connects; nothing is sent before the first call. */
export function connect({ onCall, ...access }: ConnectOptions): Connection {
  // An account's own endpoint would be a second host, and connections of its own.
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
