// The banner: commands that work when pasted, whatever the folder is called, and a clear word on
// whether money is spent.

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
  it('tells the command line tool nothing that it knows', () => {
    expect(text()).toContain('\n  npx gpu-shopper offers');
  });

  it('tells the command line tool where to look otherwise', () => {
    expect(text({ isDefault: false, folder: 'there' })).toContain(
      '\n  GPU_SHOPPER_ENDPOINT=http://127.0.0.1:8787 GPU_SHOPPER_DATA=there npx gpu-shopper lease',
    );
  });

  it('quotes names that a shell would take apart', () => {
    const words = text({ credentialsPath: "it's here/credentials" });
    expect(words).toContain(`sed -n 's/^aws_[a-z_]* = //p' 'it'\\''s here/credentials' |`);
  });

  it.each<[Partial<BannerFacts>, string]>([
    [{}, 'simulated, in real time: nothing here costs money'],
    [{ timeScale: 300 }, 'simulated, in time 300 times as fast as real'],
    [
      { markets: [{ title: 'A', url: 'https://a.example', variables: ['A_ID', 'A_SECRET'] }] },
      'A at https://a.example, with the key in A_ID and A_SECRET: leases cost real money',
    ],
  ])('says of %j: %s', (facts, words) => {
    expect(text(facts)).toContain(words);
  });
});
