// Every kind of IAM principal that API Gateway reports: it is a consumer, or it is refused with the
// reason.

import { describe, expect, it } from 'vitest';
import { consumerOfPrincipal } from '../../../shared/api/principal.ts';

const LONG_PATH = 'division/'.repeat(50);
const LONG_NAME = 'n'.repeat(64);

describe('a principal that may call', () => {
  it.each([
    ['a role', 'arn:aws:sts::123456789012:assumed-role/trainer/run-1', '123456789012/trainer'],
    [
      'a role of IAM Identity Center',
      'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Research_0123456789abcdef/ana@example.com',
      '123456789012/AWSReservedSSO_Research_0123456789abcdef',
    ],
    [
      'the role of an EC2 instance',
      'arn:aws:sts::123456789012:assumed-role/worker/i-0123456789abcdef0',
      '123456789012/worker',
    ],
    ['a user', 'arn:aws:iam::123456789012:user/ana', '123456789012/user/ana'],
    [
      'a user with a path of 450 letters',
      `arn:aws:iam::123456789012:user/${LONG_PATH}ana`,
      '123456789012/user/ana',
    ],
    [
      'a user with every sign that a path allows',
      'arn:aws:iam::123456789012:user/r&d~/{a}!/ana+1=a,b.c@d-e_f',
      '123456789012/user/ana+1=a,b.c@d-e_f',
    ],
    [
      'a user with the longest name',
      `arn:aws:iam::123456789012:user/${LONG_NAME}`,
      `123456789012/user/${LONG_NAME}`,
    ],
    [
      'a role in China',
      'arn:aws-cn:sts::123456789012:assumed-role/trainer/run-1',
      '123456789012/trainer',
    ],
    ['a user in GovCloud', 'arn:aws-us-gov:iam::123456789012:user/ana', '123456789012/user/ana'],
  ])('is a consumer: %s', (_, arn, consumer) => {
    expect(consumerOfPrincipal(arn)).toBe(consumer);
  });

  it('is the same consumer under each session name', () => {
    const consumerIn = (name: string) =>
      consumerOfPrincipal(`arn:aws:sts::123456789012:assumed-role/trainer/${name}`);
    expect(consumerIn('run-2')).toBe(consumerIn('run-1'));
  });

  it('is never the consumer of a user when it is a role', () => {
    expect(consumerOfPrincipal('arn:aws:sts::123456789012:assumed-role/user/ana')).toBe(
      '123456789012/user',
    );
  });
});

describe('a principal that may not call', () => {
  it.each([
    ['arn:aws:iam::123456789012:root', 'the root user of an account'],
    ['arn:aws:sts::123456789012:federated-user/ana', 'a federated user'],
    ['arn:aws:sts::123456789012:assumed-role/trainer', 'this kind of IAM principal'],
    ['arn:aws:iam::123456789012:group/trainers', 'this kind of IAM principal'],
    [`arn:aws:iam::123456789012:user/${LONG_NAME}x`, 'this kind of IAM principal'],
    ['anonymous', 'this kind of IAM principal'],
    ['', 'this kind of IAM principal'],
  ])('is refused with the reason: %s', (arn, reason) => {
    expect(() => consumerOfPrincipal(arn)).toThrow(
      expect.objectContaining({
        name: 'Forbidden',
        message: expect.stringMatching(`^${reason}.*; call with an IAM role or an IAM user$`),
      }),
    );
  });
});
