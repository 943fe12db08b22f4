// The banner: its commands work when pasted, for any folder name, and it says whether leases cost
// money.

import { describe, expect, it } from 'vitest';
import { type BannerFacts, bannerLines } from '../../local/banner.ts';

const FACTS: BannerFacts = {
  url: 'http://127.0.0.1:8787',
  region: 'us-east-1',
  service: 'execute-api',
  folder: '.gpu-shopper',
  credentialsPath: '.gpu-shopper/credentials',
  logPath: '.gpu-shopper/service.log',
  timeScale: 1,
  markets: [],
  isDefault: true,
};
const text = (facts: Partial<BannerFacts> = {}): string =>
  bannerLines({ ...FACTS, ...facts }).join('\n');

describe('the banner', () => {
  it('sets no variables for the command line at the default address', () => {
    expect(text()).toContain('\n  npx gpu-shopper offers');
  });

  it('sets the endpoint and the folder for the command line at any other address', () => {
    expect(text({ isDefault: false, folder: 'there' })).toContain(
      '\n  GPU_SHOPPER_ENDPOINT=http://127.0.0.1:8787 GPU_SHOPPER_DATA=there npx gpu-shopper lease',
    );
  });

  it('quotes paths that a shell would split', () => {
    const printed = text({ credentialsPath: "it's here/credentials" });
    expect(printed).toContain(`sed -n 's/^aws_[a-z_]* = //p' 'it'\\''s here/credentials' |`);
  });

  it.each<[Partial<BannerFacts>, string]>([
    [{}, 'simulated in real time: leases cost no money'],
    [{ timeScale: 300 }, 'simulated at 300 times real time'],
    [
      { markets: [{ title: 'A', url: 'https://a.example', variables: ['A_ID', 'A_SECRET'] }] },
      'A at https://a.example, with the key in A_ID and A_SECRET: leases cost real money',
    ],
  ])('prints for %j: %s', (facts, line) => {
    expect(text(facts)).toContain(line);
  });
});
