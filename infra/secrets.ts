// The deployment's keys. The tag key is made here and proves which instances are ours: it outlives
// the stack. A provider's key is put in by a person; until then it is a random text.

import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export type Secrets = { readonly tagKey: Secret; readonly vastKey: Secret };

/** Makes both secrets, named after the deployment. */
export function createSecrets(scope: Construct, deployment: string): Secrets {
  const here = new Construct(scope, 'secrets');
  const tagKey = new Secret(here, 'tag-key', {
    secretName: `gpu-shopper/${deployment}/tag-key`,
    description: 'Signs the tags of our instances and the tokens of their heartbeats.',
    // 64 of the 16 hex digits: 256 bits.
    generateSecretString: {
      passwordLength: 64,
      excludeCharacters: 'ghijklmnopqrstuvwxyz',
      excludeUppercase: true,
      excludePunctuation: true,
      requireEachIncludedType: false,
    },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const vastKey = new Secret(here, 'vast-key', {
    secretName: `gpu-shopper/${deployment}/vast-api-key`,
    description: 'The API key of the Vast.ai account that pays. Put in by a person.',
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(tagKey, {
    'AwsSolutions-SMG4':
      'A new tag key must overlap with the old one for as long as instances carry the old tags.',
  });
  acknowledge(vastKey, {
    'AwsSolutions-SMG4': 'Vast.ai gives no way to rotate a key that AWS could drive.',
  });
  return { tagKey, vastKey };
}
