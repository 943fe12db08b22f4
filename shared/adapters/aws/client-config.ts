// The configuration of every client of the AWS SDK: endpoint, credentials, timeouts, attempts and
// connections.

import { awsPolicy } from '../../core/base/policy/aws.ts';
import type { DurationMs } from '../../core/base/time.ts';

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Part of temporary credentials, such as those of a Lambda function. */
  readonly sessionToken?: string;
};

/** The access options of every AWS adapter. */
export type AwsAccess = {
  readonly region: string;
  /** Scheme, host and port of the service; the region's own endpoint unless given. */
  readonly endpoint?: string | undefined;
  /** The SDK's default chain unless given: environment, profile, SSO, role, instance metadata. */
  readonly credentials?: AwsCredentials | undefined;
};

const { aws } = awsPolicy;

/** The configuration of one client; `timeout` limits each request. */
export function clientConfig(access: AwsAccess, timeout: DurationMs = aws.requestTimeout) {
  const { region, endpoint, credentials } = access;
  const agent = { keepAlive: true, maxSockets: aws.maxSockets };
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: aws.maxAttempts,
    // Set here so that no client reads them from variables and files at its first call.
    retryMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    authSchemePreference: ['sigv4'],
    disableClockSkewCorrection: false,
    userAgentAppId: 'gpu-shopper',
    // Each command's chain of middleware is built once.
    cacheMiddleware: true,
    requestHandler: {
      connectionTimeout: aws.connectionTimeout,
      // Without the second setting, the SDK only logs a warning.
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      // The request timeout ends with the reply's head; this one covers a body that stalls.
      socketTimeout: timeout,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
