// What the environment says about providers: rows with one key or several, and secrets for them.

import { describe, expect, it } from 'vitest';
import {
  enabledProviders,
  providerSecretsIn,
  providersIn,
  readAccess,
} from '../../../shared/app/provider-access.ts';
import { ProviderName, type ProviderRow } from '../../../shared/core/base/providers.ts';

const TWO_KEYS: ProviderRow = {
  title: 'Two Keys',
  keys: { clientId: 'TWO_CLIENT_ID', clientSecret: 'TWO_CLIENT_SECRET' },
  baseUrl: { default: 'https://two.example', variable: 'TWO_BASE_URL' },
  secretName: 'two-keys',
  charges: false,
};
const KEYS = { TWO_CLIENT_ID: 'an-id', TWO_CLIENT_SECRET: 'a-secret' };

describe('a provider', () => {
  it('is reached at its own address with every key of its row', () => {
    expect(readAccess(TWO_KEYS, KEYS)).toEqual({
      baseUrl: 'https://two.example',
      keys: { clientId: 'an-id', clientSecret: 'a-secret' },
    });
  });

  it('is reached where its variable says', () => {
    const TWO_BASE_URL = 'http://127.0.0.1:1234';
    expect(readAccess(TWO_KEYS, { ...KEYS, TWO_BASE_URL })?.baseUrl).toBe(TWO_BASE_URL);
  });

  it('is not configured without keys', () => {
    expect(readAccess(TWO_KEYS, {})).toBeNull();
    expect(providersIn({})).toEqual({});
  });

  it.each([
    ['TWO_CLIENT_SECRET', undefined, 'Two Keys needs TWO_CLIENT_ID and TWO_CLIENT_SECRET'],
    ['TWO_CLIENT_ID', '', 'must not be empty'],
    ['TWO_BASE_URL', 'two.example', 'must be an http or https URL'],
  ])('with %s = %s is refused', (name, value, rule) => {
    const reading = () => readAccess(TWO_KEYS, { ...KEYS, [name]: value });
    expect(reading).toThrow(expect.objectContaining({ name: 'BadConfig', field: name }));
    expect(reading).toThrow(rule);
  });
});

describe('the providers in use', () => {
  const vastai = { baseUrl: 'https://console.vast.ai', keys: { apiKey: 'a-key' } };

  it('are those that are named, whatever keys there are', () => {
    expect(enabledProviders(['vastai'], {})).toEqual(['vastai']);
    expect(enabledProviders([], { vastai })).toEqual([]);
  });

  it('are those there are keys of when none is named, or else all', () => {
    expect(enabledProviders(undefined, { vastai })).toEqual(['vastai']);
    expect(enabledProviders(undefined, {})).toEqual(ProviderName.options);
  });
});

describe('the secret of a provider', () => {
  it('is the one that its variable names', () => {
    const secrets = providerSecretsIn({ VAST_API_KEY_SECRET_ARN: 'an-arn' });
    expect([...secrets]).toEqual([['vastai', 'an-arn']]);
    expect(providerSecretsIn({}).size).toBe(0);
  });
});
