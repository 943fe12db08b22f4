// Which providers a deployment may speak to, and that no key is ever shown.

import { describe, expect, it } from 'vitest';
import {
  createRegistry,
  type RegistryOptions,
} from '../../../../shared/adapters/providers/registry.ts';

const access = { baseUrl: 'https://console.vast.ai', keys: { apiKey: 'a-key' } };
const pause = async (): Promise<void> => {};
const build = (given: RegistryOptions['access']) => createRegistry({ access: given, pause });

describe('the registry of providers', () => {
  it('gives the provider there is access to, by its name', () => {
    const registry = build({ vastai: access });
    expect(registry.providerNamed('vastai').card.provider).toBe('vastai');
  });

  it('refuses to begin without any provider', () => {
    expect(() => build({})).toThrow(expect.objectContaining({ name: 'BadConfig' }));
  });

  it.each([
    ['vastai.baseUrl', { ...access, baseUrl: 'console.vast.ai' }],
    ['vastai.baseUrl', { ...access, baseUrl: 'https://console.vast.ai/' }],
    ['vastai.apiKey', { ...access, keys: { apiKey: '' } }],
    ['vastai.apiKey', { ...access, keys: { apiKey: 'a key' } }],
    ['vastai.apiKey', { ...access, keys: { apiKey: 'a-key\n' } }],
  ])('names %s when it is wrong', (field, wrong) => {
    expect(() => build({ vastai: wrong })).toThrow(
      expect.objectContaining({ name: 'BadConfig', field }),
    );
  });

  it('never shows a wrong key', () => {
    expect(() => build({ vastai: { ...access, keys: { apiKey: 'secret key' } } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});
