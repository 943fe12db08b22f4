// What a create call is given, and what it may answer.

import type { InstanceId } from '../base/ids.ts';

/** What an instance is started with. `env` is secret: it never appears in an event or a log. */
export type LaunchSpec = {
  readonly image: string;
  readonly diskGb: number;
  readonly env: Readonly<Record<string, string>>;
  readonly startScript: string;
  /**
   * A shell script, compressed with gzip and in base64, that runs in the background beside the
   * start script. The adapter passes GPU_SHOPPER_DESTROY_URL and _KEY to it, so that it can end its
   * own instance by what the provider gives that instance and never by our key. Null: none runs.
   */
  readonly agent: string | null;
  readonly sshPublicKey: string;
};

/** The part of a launch that is ours: the agent and what it needs to reach us. */
export type NodeSetup = Pick<LaunchSpec, 'env' | 'agent'>;

export type CreateOutcome =
  | { readonly kind: 'launched'; readonly instanceId: InstanceId }
  /** Definitely not created: somebody else has taken the offer. */
  | { readonly kind: 'offer-gone'; readonly reason: string }
  /** Definitely not created: our prepaid funds don't allow it. */
  | { readonly kind: 'no-funds'; readonly reason: string }
  /** Definitely not created: too many calls. The same offer may be tried again, later. */
  | { readonly kind: 'rate-limited'; readonly reason: string }
  /** Definitely not created: our key or the request itself is refused, for any offer. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may exist: look by tag, never repeat. */
  | { readonly kind: 'outcome-unknown'; readonly reason: string };
