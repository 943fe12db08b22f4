// The one connection to DynamoDB, and the only place that looks at its errors: trouble becomes
// StoreDown, a refused condition becomes an answer.

import type { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { Failure } from '../../core/base/failure.ts';
import { seconds } from '../../core/base/time.ts';
import type { AwsAccess } from '../aws/caller.ts';
import { createJsonCall, type JsonReply } from '../aws/json.ts';
import type { Trouble } from '../aws/trouble.ts';

export type ConnectOptions = AwsAccess & {
  /** Told of each request that is sent, by the operation's name: GetItem, UpdateItem. */
  readonly onCall?: ((operation: string) => void) | undefined;
};

/** An item as it travels, each value under its type. */
export type Marshalled = Parameters<typeof unmarshall>[0];

/**
 * A call takes milliseconds: one that takes this long is lost. Three tries and their pauses stay
 * under 20 s, below the timeout of any function.
 */
const LIMITS = { connect: seconds(1), exchange: seconds(5) };

const DYNAMODB = { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' } as const;

const Marshalled = z.custom<Marshalled>((value) => typeof value === 'object' && value !== null);
const Marshalleds = z.optional(z.array(Marshalled));

/** What the operations that we use reply, all in one. */
const Output = z.object({
  Item: z.optional(Marshalled),
  Attributes: z.optional(Marshalled),
  Items: Marshalleds,
  LastEvaluatedKey: z.optional(Marshalled),
  Responses: z.optional(z.record(z.string(), z.array(Marshalled))),
  UnprocessedKeys: z.optional(z.record(z.string(), z.object({ Keys: Marshalleds }))),
});
export type Output = z.infer<typeof Output>;

export type Connection = {
  /** Runs one call. Safe to repeat as the operation is. Throws StoreDown, whatever went wrong. */
  call(operation: string, input: object): Promise<Output>;
  /**
   * Runs one conditional write. A condition that wasn't met is the answer `refused`; so is a write
   * that took effect, lost its reply and was sent again. Callers therefore read again before they
   * conclude that somebody else was faster. Throws StoreDown.
   */
  write(operation: string, input: object): Promise<Output | 'refused'>;
};

function outputOf(answer: JsonReply | Trouble): Output {
  if (answer.kind === 'trouble') {
    const { name, message } = answer;
    throw new Failure('StoreDown', `DynamoDB: ${name}: ${message}`, { cause: answer });
  }
  const output = Output.safeParse(answer.output);
  if (output.success) return output.data;
  const [issue] = output.error.issues;
  throw new Failure('StoreDown', `DynamoDB: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Connects; nothing is sent before the first call. */
export function connect(options: ConnectOptions): Connection {
  const { onCall, ...access } = options;
  const send = createJsonCall(access, { ...DYNAMODB, limits: LIMITS, onCall });
  return {
    call: async (operation, input) => outputOf(await send(operation, input)),
    write: async (operation, input) => {
      const answer = await send(operation, input);
      const refused =
        answer.kind === 'trouble' && answer.name === 'ConditionalCheckFailedException';
      return refused ? 'refused' : outputOf(answer);
    },
  };
}
