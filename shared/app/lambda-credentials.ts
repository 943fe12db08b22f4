// Stands in for `@aws-sdk/credential-provider-node` in the bundles of Lambda functions: that chain
// looks for profiles, SSO, roles and instance metadata, which no function has.

import { readLambdaCredentials } from './config.ts';

/** The one export of the chain that clients import. It reads the environment for each request. */
export const defaultProvider = () => async () => readLambdaCredentials();
