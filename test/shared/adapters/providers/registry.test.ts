// The providers that a deployment can call. No error quotes a key.

import { describe, expect, it } from 'vitest';
import {
  createRegistry,
  type RegistryOptions,
} from '../../../../shared/adapters/providers/registry.ts';
import { freePass } from '../../../support/builders/instance.ts';

const access = { baseUrl: 'https://console.vast.ai', keys: { apiKey: 'a-key' } };
const passes = { take: freePass };
const build = (given: RegistryOptions['access']) => createRegistry({ access: given, passes });

describe('the registry of providers', () => {
  it('returns a provider with keys by its name', () => {
    const registry = build({ vastai: access });
    expect(registry.providerNamed('vastai').card.provider).toBe('vastai');
  });

  it('requires at least one provider', () => {
    expect(() => build({})).toThrow(expect.objectContaining({ name: 'BadConfig' }));
  });

  it.each([
    ['vastai.baseUrl', { ...access, baseUrl: 'console.vast.ai' }],
    ['vastai.baseUrl', { ...access, baseUrl: 'https://console.vast.ai/' }],
    ['vastai.apiKey', { ...access, keys: { apiKey: '' } }],
    ['vastai.apiKey', { ...access, keys: { apiKey: 'a key' } }],
    ['vastai.apiKey', { ...access, keys: { apiKey: 'a-key\n' } }],
  ])('names %s when it is not valid', (field, wrong) => {
    expect(() => build({ vastai: wrong })).toThrow(
      expect.objectContaining({ name: 'BadConfig', field }),
    );
  });

  it('never quotes a key that is not valid', () => {
    expect(() => build({ vastai: { ...access, keys: { apiKey: 'secret key' } } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});
