// Stands in for `@smithy/core/event-streams` in the bundles of Lambda functions: 20 KB of each for
// operations that stream events, such as S3's SelectObjectContent. We call none of them.

function refuse(): never {
  throw new Error('this bundle has no event streams: see infra/bundle.ts');
}

/** What an operation with an event stream would be read and written by. */
export class EventStreamSerde {
  constructor() {
    refuse();
  }
}

export const eventStreamSerdeProvider = refuse;

/** S3's client asks for this when it is made; it has nothing to add. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;
