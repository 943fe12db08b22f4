// The context of cdk.json: its environments are complete, and what is wrong stops the synthesis
// with the setting's name.

import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';
import { ProviderName } from '../../shared/core/base/providers.ts';
import { contextWith } from './synth.ts';

const settingsWith = (more: Readonly<Record<string, unknown>>) =>
  readSettings(new App({ context: contextWith(more) }).node);

describe('settings', () => {
  it.each(Object.keys(contextWith().environments))('are complete for %s', (env) => {
    const { baseUrls, enabledProviders } = settingsWith({ env });
    expect([baseUrls, enabledProviders]).toEqual([{}, ProviderName.options]);
  });
  it('differ between environments, so that neither owns the instances of the other', () => {
    expect(settingsWith({ env: 'dev' }).deployment).not.toBe(
      settingsWith({ env: 'prod' }).deployment,
    );
  });
  it('are overridden by the command line', () => {
    const baseUrls = { vastai: 'http://127.0.0.1:1234' };
    expect(settingsWith({ baseUrls }).baseUrls).toEqual(baseUrls);
  });
  it.each([
    ['operators', '["123456789012/admin"]', ['123456789012/admin']],
    ['maxOpenLeases', '7', 7],
    ['thresholds', '[{"percent":80,"action":"freeze"}]', [{ percent: 80, action: 'freeze' }]],
    ['baseUrls', '{"vastai":"http://a"}', { vastai: 'http://a' }],
    ['reservedConcurrency', '{"work-list":2}', { 'work-list': 2 }],
    ['deployment', '2026', '2026'],
  ] as const)('read %s = %s as it was said on the command line', (name, text, value) => {
    expect(settingsWith({ [name]: text })[name]).toEqual(value);
  });
  it.each([
    ['env', 'nowhere', 'no environment nowhere'],
    ['deployment', 'Not_Allowed', 'deployment: must be 2 to 12'],
    ['maxOpenLeases', 0, 'maxOpenLeases'],
    ['operators', 'everybody', 'operators'],
    ['enabledProviders', ['nobody'], 'enabledProviders'],
    ['enabledProviders', [], 'enabledProviders: must name a provider'],
    ['baseUrls', { nobody: 'http://a' }, 'baseUrls'],
    ['baseUrls', { vastai: 'a' }, 'baseUrls.vastai: must be an http(s) URL'],
    ['reservedConcurrency', { 'work-lists': 2 }, 'reservedConcurrency'],
    ['reservedConcurrency', { 'work-list': 0 }, 'reservedConcurrency.work-list'],
    ['alarmEmail', 'nobody', 'alarmEmail: must be an e-mail address'],
  ])('refuse %s = %j', (name, value, rule) => {
    expect(() => settingsWith({ [name]: value })).toThrow(rule);
  });
});
