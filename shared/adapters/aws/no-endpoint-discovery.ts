// Replaces `@aws-sdk/endpoint-cache` in the bundles of Lambda functions: it takes 8 KB of each for
// endpoint discovery, which DynamoDB's client offers and the service doesn't use.

function refuse(): never {
  throw new Error('this bundle has no endpoint discovery: see infra/bundle.ts');
}

/** DynamoDB's client creates one, and uses it only where endpoint discovery is on. */
export class EndpointCache {
  readonly get = refuse;
  readonly getEndpoint = refuse;
  readonly set = refuse;
  readonly delete = refuse;
}
