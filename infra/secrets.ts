// The deployment's keys. The stack generates the tag key, which proves which instances are ours and
// outlives the stack, and the cursor key, which signs the cursors of lists. An operator puts in a
// provider's keys; until then, that secret is a random text. No secret has a fixed name, because a
// name stays taken for days after its secret is deleted: the stack's outputs say where they are.

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
    description: `Signs tags and heartbeat tokens of instances, for deployment ${deployment}.`,
    generateSecretString: HEX_KEY,
    // A first deploy that fails takes it back: no instance carries a tag yet.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  acknowledge(tagKey, {
    'AwsSolutions-SMG4':
      'A new tag key must overlap with the old one for as long as instances carry the old tags.',
  });
  return tagKey;
}

function createCursorKey(scope: Construct, deployment: string): Secret {
  const cursorKey = new Secret(scope, 'cursor-key', {
    description: `Signs the cursors of lists, for deployment ${deployment}.`,
    generateSecretString: HEX_KEY,
    // Without it, only the cursors that callers hold at that time are lost.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(cursorKey, {
    'AwsSolutions-SMG4': 'A new key would refuse the cursors that callers hold; it opens nothing.',
  });
  return cursorKey;
}

/** What an operator puts in: the key as it is, or a JSON object when there are several fields. */
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
    description: `${contentOf(row)} of the ${row.title} account of deployment ${deployment}.`,
    // An operator has the key and can put it in again.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4': `${row.title} gives no way to rotate a key that AWS could drive.`,
  });
  return { name, row, secret };
}

/** Creates every secret of the deployment: tag key, cursor key, and one for each provider. */
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
