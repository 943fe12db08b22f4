// The data of a deployment: the tables and the bucket of menu snapshots. The tables stay when the
// stack is deleted, and each can be restored to any second of the last 35 days.

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  EXPIRES_AT,
  type KeyAttribute,
  PARTITION,
  SORT,
  TABLES,
  type TableName,
} from '../shared/adapters/dynamodb/schema.ts';
import { acknowledge } from './acknowledge.ts';

export type Data = {
  readonly tables: Readonly<Record<TableName, TableV2>>;
  readonly snapshots: Bucket;
};

const keyOf = ({ name, type }: KeyAttribute) => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});

function table(scope: Construct, name: TableName, expiresAt?: string): TableV2 {
  return new TableV2(scope, name, {
    partitionKey: keyOf(PARTITION),
    sortKey: keyOf(SORT),
    globalSecondaryIndexes: TABLES[name].indexes.map((index) => ({
      indexName: index.name,
      partitionKey: keyOf(index.partition),
      sortKey: keyOf(index.sort),
      projectionType: ProjectionType.KEYS_ONLY,
    })),
    billing: Billing.onDemand(),
    ...(expiresAt !== undefined && { timeToLiveAttribute: expiresAt }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    // Protection also keeps the tables of a first deploy that fails: docs/deploy.md says so.
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** New snapshots are written every few minutes; old ones are deleted after a day. */
function bucket(scope: Construct): Bucket {
  const made = new Bucket(scope, 'snapshots', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [
      { expiration: Duration.days(1), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    // A bucket with objects can't be deleted; after a first deploy that fails it is empty.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  acknowledge(made, {
    'AwsSolutions-S1': 'It holds copies of public offers only, so access to them needs no log.',
  });
  return made;
}

/** Creates the tables of the schema and the bucket. */
export function createData(scope: Construct): Data {
  const here = new Construct(scope, 'data');
  return {
    tables: {
      leases: table(here, 'leases'),
      ledger: table(here, 'ledger'),
      inventory: table(here, 'inventory'),
      live: table(here, 'live', EXPIRES_AT),
    },
    snapshots: bucket(here),
  };
}
