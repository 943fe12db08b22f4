// The input of a create call, and its possible outcomes.

import type { InstanceId } from '../base/ids.ts';

/** The parameters of an instance. `env` is secret: it never appears in an event or a log. */
export type LaunchSpec = {
  readonly image: string;
  readonly diskGb: number;
  readonly env: Readonly<Record<string, string>>;
  readonly startScript: string;
  /**
   * A shell script, compressed with gzip and in base64, that runs in the background beside the
   * start script. The adapter passes GPU_SHOPPER_DESTROY_URL and _KEY to it, so that it can destroy
   * its own instance with the instance's own credentials, never with the key of this service. Null:
   * no agent runs.
   */
  readonly agent: string | null;
  readonly sshPublicKey: string;
};

/** The agent, and the environment it needs to reach this service. */
export type NodeSetup = Pick<LaunchSpec, 'env' | 'agent'>;

export type CreateOutcome =
  | { readonly kind: 'launched'; readonly instanceId: InstanceId }
  /** Not created: the offer is taken. */
  | { readonly kind: 'offer-gone'; readonly reason: string }
  /** Not created: the prepaid funds are insufficient. */
  | { readonly kind: 'no-funds'; readonly reason: string }
  /** Not created: too many calls. The same offer can be tried again later. */
  | { readonly kind: 'rate-limited'; readonly reason: string }
  /** Not created: the key or the request is refused, for any offer. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The instance may exist: search by tag, never repeat the call. */
  | { readonly kind: 'outcome-unknown'; readonly reason: string };

/** Shorter values are no secrets, and redacting them would make the message unreadable. */
const MIN_SECRET_LENGTH = 4;

/** A provider's text without the values of the consumer's variables, which it may quote. */
export const redactEnv = (text: string, env: Readonly<Record<string, string>>): string =>
  Object.values(env)
    .filter((value) => value.length >= MIN_SECRET_LENGTH)
    .reduce((redacted, value) => redacted.replaceAll(value, '***'), text);
