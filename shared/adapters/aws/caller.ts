// The one caller of AWS: signs a request, sends it, and repeats it a bounded number of times while
// that may help. It knows no service; it never throws, and tells nobody a key.

import { randomInt } from 'node:crypto';
import { type DurationMs, durationMs, epochMs } from '../../core/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { createExchange, type Exchanged, type Limits } from './exchange.ts';
import { type AwsCredentials, createSign } from './sign.ts';
import { type AwsReply, outcomeOf, remedyFor, type Trouble } from './trouble.ts';

/** What every adapter of AWS is given. */
export type AwsAccess = {
  readonly region: string;
  /** Scheme, host and port of the service, when it isn't the region's own. */
  readonly endpoint?: string | undefined;
  /** Asked for each request: they may rotate. Null when there are none. */
  readonly credentials: () => AwsCredentials | null;
  /** Real time: signatures know no scaled clock. */
  readonly clock: Clock;
  readonly pause: (length: DurationMs) => Promise<void>;
};

export type CallerOptions = AwsAccess & {
  /** As it is called in signatures: `dynamodb`. */
  readonly service: string;
  /** The first part of the region's own endpoint; the service's name unless given. */
  readonly host?: string;
  readonly limits: Limits;
  /** Told of each request that is sent, repeated ones again. */
  readonly onCall?: ((operation: string) => void) | undefined;
};

export type AwsRequest = {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Escaped already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** A value of the request that no message may quote. */
  readonly secret?: string;
};

/**
 * Sends one request, three times at most. Resolves with the reply of a request that AWS carried
 * out, or with the trouble of the last try. A request whose reply was lost is repeated too.
 */
export type Caller = (request: AwsRequest) => Promise<AwsReply | Trouble>;

const MAX_TRIES = 3;
/** The first pause, at most; twice as long each time (as the SDK does, November 2026). */
const PAUSE_MS = 100;
const PAUSE_WHEN_TOO_FAST_MS = 500;
/** AWS takes signatures that are 5 min off, S3 15; its Date tells whole seconds. */
const SKEW_MS = 4 * 60_000;

const NO_CREDENTIALS: Trouble = {
  kind: 'trouble',
  name: 'NoCredentials',
  message: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
  status: null,
};

/** Partitions without a name here are told by an endpoint (the SDK's partitions.js, 2026). */
function suffixOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

/** Full jitter: callers that were refused together don't come back together. */
const pauseAfter = (nth: number, first: number): DurationMs =>
  durationMs(randomInt(first * 2 ** (nth - 1)));

/** AWS's time less `now`, where it is told. */
const skewIn = (exchanged: Exchanged, now: number): number =>
  exchanged.kind === 'reply' ? Date.parse(exchanged.headers.date ?? '') - now : Number.NaN;

/** As SigV4 wants it: everything but unreserved characters in percent form. */
export const escaped = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function urlOf(base: URL, { path, query = {} }: AwsRequest): URL {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/$/, '') + path;
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${escaped(value)}`);
  url.search = pairs.join('&');
  return url;
}

function secretsOf(credentials: AwsCredentials, { secret }: AwsRequest): readonly string[] {
  const { secretAccessKey, sessionToken = '' } = credentials;
  return [secretAccessKey, sessionToken, secret ?? ''].filter((each) => each !== '');
}

/** A caller of one service. Nothing is sent before the first call. */
export function createCaller(options: CallerOptions): Caller {
  const { service, host = service, region, limits, clock, pause, onCall } = options;
  const base = new URL(options.endpoint ?? `https://${host}.${region}.${suffixOf(region)}`);
  const sign = createSign(service, region);
  const exchange = createExchange(base.protocol, limits);
  let skew = 0;

  const send = async (request: AwsRequest, credentials: AwsCredentials): Promise<Exchanged> => {
    const { operation, method, headers = {}, body = '' } = request;
    const unsigned = { method, url: urlOf(base, request), headers, body };
    const signed = await sign(unsigned, credentials, epochMs(clock.now() + skew));
    onCall?.(operation);
    return exchange({ ...unsigned, headers: signed });
  };

  /** Prepares the next try; false when it would end like this one. */
  const remedied = async (trouble: Trouble, exchanged: Exchanged, nth: number) => {
    switch (remedyFor(trouble)) {
      case 'none':
        return false;
      case 'clock': {
        const found = skewIn(exchanged, clock.now());
        // Dated well enough: the signature itself is refused.
        if (!(Math.abs(found - skew) > SKEW_MS)) return false;
        skew = found;
        return true;
      }
      case 'slower':
        await pause(pauseAfter(nth, PAUSE_WHEN_TOO_FAST_MS));
        return true;
      case 'again':
        await pause(pauseAfter(nth, PAUSE_MS));
        return true;
    }
  };

  return async (request) => {
    for (let nth = 1; ; nth += 1) {
      const credentials = options.credentials();
      if (credentials === null) return NO_CREDENTIALS;
      const exchanged = await send(request, credentials);
      const outcome = outcomeOf(exchanged, secretsOf(credentials, request));
      if (outcome.kind === 'reply' || nth === MAX_TRIES) return outcome;
      if (!(await remedied(outcome, exchanged, nth))) return outcome;
    }
  };
}
