// Replaces `@smithy/core/event-streams` in the bundles of Lambda functions: it takes 20 KB of each,
// for operations that stream events, such as S3's SelectObjectContent. The service calls none.

function refuse(): never {
  throw new Error('this bundle has no event streams: see infra/bundle.ts');
}

/** The serializer of operations with an event stream. */
export class EventStreamSerde {
  constructor() {
    refuse();
  }
}

export const eventStreamSerdeProvider = refuse;

/** S3's client calls this when it is created; it adds nothing. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;
