// The protocol of services that name the operation in a header: AWS JSON 1.0 and 1.1.

import { type AwsAccess, type CallerOptions, createCaller } from './caller.ts';
import type { Trouble } from './trouble.ts';

export type JsonOptions = Omit<CallerOptions, keyof AwsAccess> & {
  readonly version: '1.0' | '1.1';
  /** What stands before the operation's name: `DynamoDB_20120810`. */
  readonly target: string;
};

export type JsonReply = { readonly kind: 'reply'; readonly output: unknown };

/** One operation; `secret` is a value of `input` that no message may quote. */
export type JsonCall = (
  operation: string,
  input: object,
  secret?: string,
) => Promise<JsonReply | Trouble>;

const NOT_JSON: Trouble = {
  kind: 'trouble',
  name: 'ReplyNotJson',
  message: 'the reply is not JSON',
  status: 200,
};

/** A reply in JSON; an empty one says as much as an empty object. */
export function jsonIn(body: Buffer): JsonReply | Trouble {
  if (body.length === 0) return { kind: 'reply', output: {} };
  try {
    return { kind: 'reply', output: JSON.parse(body.toString('utf8')) };
  } catch {
    return NOT_JSON;
  }
}

/** Calls of one service; repeated as `Caller` says. */
export function createJsonCall(access: AwsAccess, options: JsonOptions): JsonCall {
  const call = createCaller({ ...access, ...options });
  return async (operation, input, secret = '') => {
    const headers = {
      'content-type': `application/x-amz-json-${options.version}`,
      'x-amz-target': `${options.target}.${operation}`,
    };
    const body = JSON.stringify(input);
    const answer = await call({ operation, method: 'POST', path: '/', headers, body, secret });
    return answer.kind === 'reply' ? jsonIn(answer.body) : answer;
  };
}
