// What `npm start` tells: where the service is, who may call it, and three commands that work when
// pasted. It must never print a secret.

export type RealMarket = {
  readonly title: string;
  readonly url: string;
  /** The variables that hold its keys. */
  readonly variables: readonly string[];
};

export type BannerFacts = {
  readonly url: string;
  readonly region: string;
  readonly service: string;
  readonly folder: string;
  readonly credentialsPath: string;
  readonly logPath: string;
  readonly timeScale: number;
  /** Where real instances are leased; empty when all is simulated. */
  readonly markets: readonly RealMarket[];
  /** Whether the command line tool finds this service without being told. */
  readonly isDefault: boolean;
};

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function marketLines({ markets, timeScale }: BannerFacts): readonly string[] {
  if (markets.length > 0) {
    return [
      ...markets.map(
        ({ title, url, variables }) =>
          `${title} at ${url}, with the key in ${variables.join(' and ')}: leases cost real money`,
      ),
      'and instances cannot call this computer: they are ready when their SSH server answers, and',
      'leases are kept alive by heartbeats of your application',
    ];
  }
  const speed = timeScale === 1 ? 'real time' : `time ${timeScale} times as fast as real`;
  return [`simulated, in ${speed}: nothing here costs money`];
}

/** The banner, line by line. */
export function bannerLines(facts: BannerFacts): readonly string[] {
  const { url, region, service, credentialsPath } = facts;
  const file = quoted(credentialsPath);
  // The consumer's key comes first in the file: its id and secret are the first two such lines.
  const user = `"$(sed -n 's/^aws_[a-z_]* = //p' ${file} | head -2 | paste -sd: -)"`;
  const where = facts.isDefault
    ? ''
    : `GPU_SHOPPER_ENDPOINT=${url} GPU_SHOPPER_DATA=${quoted(facts.folder)} `;
  const [market, ...more] = marketLines(facts);
  return [
    'Cloud GPU Shopper',
    `  URL          ${url}`,
    `  Region       ${region}, service ${service} (every call is signed with SigV4)`,
    `  Credentials  ${credentialsPath} (profile consumer, then operator)`,
    `  Instances    ${market}`,
    ...more.map((line) => `               ${line}`),
    `  Log          ${facts.logPath}`,
    '',
    'Try:',
    `  curl --aws-sigv4 aws:amz:${region}:${service} --user ${user} \\`,
    `    '${url}/v1/offers?gpuName=RTX%204090&limit=3'`,
    `  ${where}npx gpu-shopper offers --gpu "RTX 4090"`,
    `  ${where}npx gpu-shopper lease --gpu "RTX 4090" --hours 1 --wait`,
    '',
    'Ctrl-C stops the service; leases and their deadlines go on at the next start.',
  ];
}
