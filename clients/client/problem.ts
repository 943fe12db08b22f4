// The client's only error class: a problem that the service returned, or a missing response. It
// never carries the request, which may hold secrets.

import * as z from 'zod/mini';

/** The facts of a problem. `status` is 0 when there was no response. */
export type ProblemFacts = {
  readonly status: number;
  readonly type: string;
  readonly detail: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly requestId?: string | undefined;
  readonly field?: string | undefined;
  readonly limit?: string | undefined;
  /** When the same request may succeed, if the service says so. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
};

/** A problem. `type` is stable, for programs; `detail` is for people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly type: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  readonly field: string | undefined;
  readonly limit: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(facts: ProblemFacts) {
    super(facts.detail, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.type = facts.type;
    this.detail = facts.detail;
    this.retryable = facts.retryable;
    this.requestId = facts.requestId;
    this.field = facts.field;
    this.limit = facts.limit;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** The stable type of a problem of this service or this client. */
export const problemType = (name: string): string => `urn:gpu-shopper:problem:${name}`;

const text = z.optional(z.string());
/** RFC 9457, as the service writes it. API Gateway's own refusals have only a `message`. */
const Document = z.object({
  type: text,
  detail: text,
  message: text,
  requestId: text,
  retryable: z.optional(z.boolean()),
  field: text,
  limit: text,
});

type Response = Pick<ProblemFacts, 'status' | 'requestId' | 'retryAfterMs'>;

/**
 * The problem in a response of status 300 or more. Without the field `retryable`, 429 and 5xx are
 * retryable.
 */
export function problemOf({ status, requestId, retryAfterMs }: Response, body: unknown) {
  const parsed = Document.safeParse(body);
  const document = parsed.success ? parsed.data : {};
  return new ApiProblem({
    status,
    type: document.type ?? 'about:blank',
    detail: document.detail ?? document.message ?? `the service returned status ${status}`,
    retryable: document.retryable ?? (status === 429 || status >= 500),
    requestId: document.requestId ?? requestId,
    field: document.field,
    limit: document.limit,
    retryAfterMs,
  });
}

/** An unexpected reply: the endpoint is another service, or of another version. */
export function unexpectedReply(
  route: string,
  field: string,
  { status, requestId }: Pick<ProblemFacts, 'status' | 'requestId'>,
): ApiProblem {
  const what = field === '' ? 'has an unexpected form' : `has no valid field "${field}"`;
  const detail = `the reply of ${route} ${what}: update this client, or check its endpoint`;
  const type = problemType('UnexpectedReply');
  return new ApiProblem({ status, type, detail, retryable: false, requestId });
}

/** No response: the request may have taken effect. */
export function unreachable(endpoint: string, why: string, cause: unknown): ApiProblem {
  const detail = `no response from ${endpoint}: ${why}`;
  const type = problemType('Unreachable');
  return new ApiProblem({ status: 0, type, detail, retryable: true, cause });
}
