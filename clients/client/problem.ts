// The one error class of the client: what the service answered, or that it didn't answer. It never
// carries what was sent: a request may hold secrets.

import * as z from 'zod/mini';

/** What a problem is known by. `status` is 0 when no answer came. */
export type ProblemFacts = {
  readonly status: number;
  readonly type: string;
  readonly detail: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly requestId?: string | undefined;
  readonly field?: string | undefined;
  readonly limit?: string | undefined;
  readonly cause?: unknown;
};

/** A refusal of the service, or its absence. `type` is stable; `detail` is for people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly type: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  readonly field: string | undefined;
  readonly limit: string | undefined;

  constructor(facts: ProblemFacts) {
    super(facts.detail, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.type = facts.type;
    this.detail = facts.detail;
    this.retryable = facts.retryable;
    this.requestId = facts.requestId;
    this.field = facts.field;
    this.limit = facts.limit;
  }
}

/** The stable type of a problem that this service, or this client, gives. */
export const problemType = (name: string): string => `urn:gpu-shopper:problem:${name}`;

const text = z.optional(z.string());
/** RFC 9457, as the service writes it; API Gateway's own refusals hold a `message` only. */
const Document = z.object({
  type: text,
  detail: text,
  message: text,
  requestId: text,
  retryable: z.optional(z.boolean()),
  field: text,
  limit: text,
});

/**
 * The problem a reply of status 300 or more stands for. Where the document doesn't say whether to
 * try again, 429 and 5xx are worth it.
 */
export function problemOf(status: number, body: unknown, requestId?: string): ApiProblem {
  const parsed = Document.safeParse(body);
  const document = parsed.success ? parsed.data : {};
  return new ApiProblem({
    status,
    type: document.type ?? 'about:blank',
    detail: document.detail ?? document.message ?? `the service answered with status ${status}`,
    retryable: document.retryable ?? (status === 429 || status >= 500),
    requestId: document.requestId ?? requestId,
    field: document.field,
    limit: document.limit,
  });
}

/** The reply can't be read: the service is another, or not of this client's version. */
export function unexpectedReply(
  route: string,
  field: string,
  { status, requestId }: Pick<ProblemFacts, 'status' | 'requestId'>,
): ApiProblem {
  const what = field === '' ? 'is not of the expected form' : `has no valid field "${field}"`;
  const detail = `the reply of ${route} ${what}: update this client, or check its endpoint`;
  const type = problemType('UnexpectedReply');
  return new ApiProblem({ status, type, detail, retryable: false, requestId });
}

/** No answer came: whether the request had an effect is not known. */
export function unreachable(endpoint: string, why: string, cause: unknown): ApiProblem {
  const detail = `no answer from ${endpoint}: ${why}`;
  const type = problemType('Unreachable');
  return new ApiProblem({ status: 0, type, detail, retryable: true, cause });
}
