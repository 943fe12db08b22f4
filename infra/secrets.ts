// The deployment's keys. The tag key is made here and proves which instances are ours: it outlives
// the stack. The cursor key is made here and signs the cursors of lists. A provider's keys are put
// in by a person; until then its secret is a random text.

import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret, type SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type ProviderName, type ProviderRow, rowOf } from '../shared/core/base/providers.ts';
import { acknowledge } from './acknowledge.ts';
import type { Settings } from './settings.ts';

type ProviderSecret = {
  readonly name: ProviderName;
  readonly row: ProviderRow;
  readonly secret: Secret;
};
export type Secrets = {
  readonly tagKey: Secret;
  readonly cursorKey: Secret;
  readonly providers: readonly ProviderSecret[];
};

/** 64 of the 16 hex digits: 256 bits. */
const HEX_KEY: SecretStringGenerator = {
  passwordLength: 64,
  excludeCharacters: 'ghijklmnopqrstuvwxyz',
  excludeUppercase: true,
  excludePunctuation: true,
  requireEachIncludedType: false,
};

function createTagKey(scope: Construct, deployment: string): Secret {
  const tagKey = new Secret(scope, 'tag-key', {
    secretName: `gpu-shopper/${deployment}/tag-key`,
    description: 'Signs the tags of our instances and the tokens of their heartbeats.',
    generateSecretString: HEX_KEY,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(tagKey, {
    'AwsSolutions-SMG4':
      'A new tag key must overlap with the old one for as long as instances carry the old tags.',
  });
  return tagKey;
}

function createCursorKey(scope: Construct, deployment: string): Secret {
  const cursorKey = new Secret(scope, 'cursor-key', {
    // No fixed name: a name stays taken for days after its secret is deleted.
    description: `Signs the cursors of lists, for deployment ${deployment}.`,
    generateSecretString: HEX_KEY,
    // Without it only the cursors that callers hold at that time are lost.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(cursorKey, {
    'AwsSolutions-SMG4': 'A new key would refuse the cursors that callers hold; it opens nothing.',
  });
  return cursorKey;
}

/** What a person puts in: the key as it is, or a JSON object when there are several fields. */
function contentOf({ keys }: ProviderRow): string {
  const [field = '', ...others] = Object.keys(keys);
  return others.length === 0 ? `The ${field}` : `A JSON object of ${[field, ...others].join(', ')}`;
}

function createProviderSecret(
  scope: Construct,
  deployment: string,
  name: ProviderName,
): ProviderSecret {
  const row = rowOf(name);
  const secret = new Secret(scope, `${name}-keys`, {
    secretName: `gpu-shopper/${deployment}/${row.secretName}`,
    description: `${contentOf(row)} of the ${row.title} account that pays. Put in by a person.`,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4': `${row.title} gives no way to rotate a key that AWS could drive.`,
  });
  return { name, row, secret };
}

/** Makes every secret of the deployment: the tag key, the cursor key, one for each provider. */
export function createSecrets(
  scope: Construct,
  { deployment, enabledProviders }: Pick<Settings, 'deployment' | 'enabledProviders'>,
): Secrets {
  const here = new Construct(scope, 'secrets');
  return {
    tagKey: createTagKey(here, deployment),
    cursorKey: createCursorKey(here, deployment),
    providers: enabledProviders.map((name) => createProviderSecret(here, deployment, name)),
  };
}
