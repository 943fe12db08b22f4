// The text that `npm start` prints: the service's address, its credentials file, and three commands
// to paste into a shell. It must never print a secret.

export type RealMarket = {
  readonly title: string;
  readonly url: string;
  /** The environment variables that hold the provider's keys. */
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
  /** The real providers; empty when the provider is simulated. */
  readonly markets: readonly RealMarket[];
  /** Whether the command line finds this service at its default URL and folder. */
  readonly isDefault: boolean;
};

/** A word, quoted for a shell where needed. */
const quoted = (word: string): string =>
  /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function marketLines({ markets, timeScale }: BannerFacts): readonly string[] {
  if (markets.length > 0) {
    return [
      ...markets.map(
        ({ title, url, variables }) =>
          `${title} at ${url}, with the key in ${variables.join(' and ')}: leases cost real money`,
      ),
      'Instances cannot call this computer. An instance is ready when its SSH server answers;',
      'your application must send the heartbeats that keep a lease alive.',
    ];
  }
  const speed = timeScale === 1 ? 'in real time' : `at ${timeScale} times real time`;
  return [`simulated ${speed}: leases cost no money`];
}

/** The banner, line by line. */
export function bannerLines(facts: BannerFacts): readonly string[] {
  const { url, region, service, credentialsPath } = facts;
  const file = quoted(credentialsPath);
  // The consumer's profile comes first in the file: `head -2` takes its key id and secret.
  const user = `"$(sed -n 's/^aws_[a-z_]* = //p' ${file} | head -2 | paste -sd: -)"`;
  const where = facts.isDefault
    ? ''
    : `GPU_SHOPPER_ENDPOINT=${url} GPU_SHOPPER_DATA=${quoted(facts.folder)} `;
  const [market, ...more] = marketLines(facts);
  return [
    'Cloud GPU Shopper',
    `  URL          ${url}`,
    `  Region       ${region}, service ${service} (sign every request with SigV4)`,
    `  Credentials  ${credentialsPath} (profiles consumer and operator)`,
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
    'Ctrl-C stops the service. Leases and their deadlines continue at the next start.',
  ];
}
