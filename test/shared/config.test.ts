// The environment: what is missing or malformed stops the start, naming the variable and the rule.

import { describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/config.ts';

const GOOD = {
  GPU_SHOPPER_DEPLOYMENT_ID: 'prod1',
  GPU_SHOPPER_TAG_KEY: 'ab'.repeat(32),
  VAST_API_KEY: 'a-key',
};

describe('readConfig', () => {
  it('reads a good environment', () => {
    const config = readConfig(GOOD);
    expect(config.deployment).toBe('prod1');
    expect(config.vastai).toEqual({ apiKey: 'a-key', baseUrl: 'https://console.vast.ai' });
    expect(config.limits.openLeasesMost).toBe(10);
  });

  it.each([
    ['GPU_SHOPPER_DEPLOYMENT_ID', undefined, 'is missing'],
    ['GPU_SHOPPER_DEPLOYMENT_ID', '', '2 to 12 characters'],
    ['GPU_SHOPPER_DEPLOYMENT_ID', 'Prod_1', '2 to 12 characters'],
    ['GPU_SHOPPER_TAG_KEY', 'short', '64 to 128 lower-case hex digits'],
    ['GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD', '-5', 'whole number'],
    ['GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD', '1.5', 'whole number'],
    ['GPU_SHOPPER_OPEN_LEASES_MOST', '0', '1'],
    ['GPU_SHOPPER_OPEN_LEASES_MOST', '201', '200'],
    ['GPU_SHOPPER_NODE_URL', 'ftp://x', 'http or https URL'],
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
