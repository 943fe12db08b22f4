// The table of providers, and what is derived from a row, tested with example rows.

import { describe, expect, it } from 'vitest';
import { OfferId } from '../../../../shared/core/base/ids.ts';
import {
  chooseProvider,
  configuredIn,
  keysOf,
  keyVariables,
  PROVIDERS,
  ProviderName,
  type ProviderRow,
  rowOf,
  secretVariable,
} from '../../../../shared/core/base/providers.ts';

const TWO_KEYS: ProviderRow = {
  title: 'Two Keys',
  keys: { clientId: 'TWO_CLIENT_ID', clientSecret: 'TWO_CLIENT_SECRET' },
  baseUrl: { default: 'https://two.example', variable: 'TWO_BASE_URL' },
  secretName: 'two-keys',
  charges: false,
};

describe('a provider', () => {
  it('has a row', () => {
    expect(ProviderName.options).toEqual(Object.keys(PROVIDERS));
    expect(ProviderName.safeParse('vastai').success).toBe(true);
    expect(ProviderName.safeParse('somebody').success).toBe(false);
  });

  it.each(ProviderName.options)('has a name that can start offer ids: %s', (name) => {
    expect(OfferId.safeParse(`${name}_1`).success).toBe(true);
  });

  it.each(ProviderName.options)('has keys, and a base URL without a trailing slash: %s', (name) => {
    const { keys, baseUrl } = rowOf(name);
    expect(Object.keys(keys).length).toBeGreaterThan(0);
    expect(baseUrl.default).toMatch(/^https:\/\/.*[^/]$/);
  });

  it('shares no variable and no secret with another', () => {
    const rows = ProviderName.options.map(rowOf);
    const named = rows.flatMap((row) => [
      ...Object.values(row.keys),
      row.baseUrl.variable,
      row.secretName,
      secretVariable(row),
    ]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('is configured when its keys are set', () => {
    const access = { baseUrl: 'https://console.vast.ai', keys: { apiKey: 'a-key' } };
    expect(configuredIn({ vastai: access })).toEqual(['vastai']);
    expect(configuredIn({})).toEqual([]);
  });
});

describe('the keys of a provider', () => {
  it('are a string for each field of its row', () => {
    expect(keysOf('vastai').safeParse({ apiKey: 'a-key' }).success).toBe(true);
    expect(keysOf('vastai').safeParse({ apiKey: 7 }).success).toBe(false);
    expect(keysOf('vastai').safeParse({}).success).toBe(false);
  });

  it('are in a secret that a variable names', () => {
    expect(secretVariable(rowOf('vastai'))).toBe('VAST_API_KEY_SECRET_ARN');
    expect(secretVariable(TWO_KEYS)).toBe('TWO_KEYS_SECRET_ARN');
  });

  it('become the variables of the row, all of them or none', () => {
    expect(keyVariables(TWO_KEYS, { clientId: 'i', clientSecret: 's', more: 'm' })).toEqual({
      TWO_CLIENT_ID: 'i',
      TWO_CLIENT_SECRET: 's',
    });
    expect(keyVariables(TWO_KEYS, { clientId: 'i' })).toEqual({});
  });
});

describe('an operator', () => {
  it('need not name the only provider', () => {
    expect(chooseProvider(['a'], undefined)).toBe('a');
  });

  it('gets the named provider', () => {
    expect(chooseProvider(['a', 'b'], 'b')).toBe('b');
  });

  it.each([
    [['a', 'b'], undefined],
    [['a', 'b'], 'c'],
    [['a'], 'c'],
  ])('of %j gets no %s, but the choices', (choices, asked) => {
    const choosing = () => chooseProvider(choices, asked);
    expect(choosing).toThrow(expect.objectContaining({ name: 'BadRequest', field: 'provider' }));
    expect(choosing).toThrow(`provider: must be one of: ${choices.join(', ')}`);
  });

  it('gets an error when no provider is configured', () => {
    expect(() => chooseProvider([], undefined)).toThrow('provider: no provider is configured');
  });
});
