// The environment: what is missing or malformed stops the start, naming the variable and the rule.

import { describe, expect, it } from 'vitest';
import { readConfig, readLambdaCredentials } from '../../../shared/app/config.ts';

const GOOD = {
  GPU_SHOPPER_DEPLOYMENT_ID: 'prod1',
  GPU_SHOPPER_TAG_KEY: 'ab'.repeat(32),
  VAST_API_KEY: 'a-key',
};

describe('readConfig', () => {
  it('reads a good environment', () => {
    const config = readConfig(GOOD);
    expect(config.deployment).toBe('prod1');
    expect(config.providers).toEqual({
      vastai: { baseUrl: 'https://console.vast.ai', keys: { apiKey: 'a-key' } },
    });
    expect(config.limits.maxOpenLeases).toBe(10);
  });

  it.each([
    ['GPU_SHOPPER_DEPLOYMENT_ID', undefined, 'is missing'],
    ['GPU_SHOPPER_DEPLOYMENT_ID', '', '2 to 12 characters'],
    ['GPU_SHOPPER_DEPLOYMENT_ID', 'Prod_1', '2 to 12 characters'],
    ['GPU_SHOPPER_TAG_KEY', 'short', '64 to 128 lower-case hex digits'],
    ['GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD', '-5', 'whole number'],
    ['GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD', '1.5', 'whole number'],
    ['GPU_SHOPPER_MAX_OPEN_LEASES', '0', '1'],
    ['GPU_SHOPPER_MAX_OPEN_LEASES', '201', '200'],
    ['GPU_SHOPPER_NODE_URL', 'ftp://x', 'http or https URL'],
    ['GPU_SHOPPER_ENABLED_PROVIDERS', 'nobody', 'must be one of: vastai'],
    ['GPU_SHOPPER_ENABLED_PROVIDERS', '', 'must name a provider'],
  ])('refuses %s = %s and says what is allowed', (name, value, rule) => {
    const failing = () => readConfig({ ...GOOD, [name]: value });
    expect(failing).toThrow(expect.objectContaining({ name: 'BadConfig', field: name }));
    expect(failing).toThrow(rule);
  });

  it('never repeats a secret in its refusal', () => {
    const secret = 'not-hex-but-secret';
    const failing = () => readConfig({ ...GOOD, GPU_SHOPPER_TAG_KEY: secret });
    expect(failing).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
  });
});

describe('where services of AWS are', () => {
  const own = 'http://127.0.0.1:4000';
  const general = 'http://127.0.0.1:5000';

  it.each([
    ['DYNAMODB', 'dynamodb'],
    ['LAMBDA', 'lambda'],
    ['S3', 's3'],
    ['SCHEDULER', 'scheduler'],
    ['SECRETS_MANAGER', 'secrets'],
    ['SFN', 'workflow'],
    ['SQS', 'sqs'],
  ] as const)('is said for %s alone, or for all at once', (name, service) => {
    const variables = { ...GOOD, [`AWS_ENDPOINT_URL_${name}`]: own };
    const { [service]: alone, ...others } = readConfig(variables).endpoints;
    expect(alone).toBe(own);
    expect(Object.values(others)).toEqual(Array(6).fill(undefined));
    const both = readConfig({ ...variables, AWS_ENDPOINT_URL: general }).endpoints;
    expect(both[service]).toBe(own);
    expect(Object.values(both).filter((url) => url === general)).toHaveLength(6);
  });

  it('must be a URL', () => {
    const failing = () => readConfig({ ...GOOD, AWS_ENDPOINT_URL_S3: 'localhost:4566' });
    expect(failing).toThrow('AWS_ENDPOINT_URL_S3 must be an http or https URL');
  });
});

describe('readLambdaCredentials', () => {
  const set = {
    AWS_LAMBDA_FUNCTION_NAME: 'a-function',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'key',
  };

  it('finds lasting and temporary keys', () => {
    const lasting = { accessKeyId: 'AKID', secretAccessKey: 'key' };
    expect(readLambdaCredentials(set)).toEqual(lasting);
    const temporary = { ...set, AWS_SESSION_TOKEN: 'token' };
    expect(readLambdaCredentials(temporary)).toEqual({ ...lasting, sessionToken: 'token' });
  });

  it.each(Object.keys(set))('refuses without %s, as outside Lambda', (name) => {
    for (const value of ['', undefined]) {
      const reading = () => readLambdaCredentials({ ...set, [name]: value });
      expect(reading).toThrow(`${name} is missing: only Lambda sets it`);
    }
  });
});
