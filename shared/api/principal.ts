// Maps the IAM principal of a request to a consumer: account and role name, or account, `user` and
// user name. Both names are unique within their account, whatever their path. A session name is
// never part of a consumer, because the caller chooses it.

import { Failure } from '../core/base/failure.ts';
import { brandId, ConsumerId } from '../core/base/ids.ts';

const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(.+)$/;
/** Also the roles of IAM Identity Center, of Lambda functions and of EC2 instances. */
const ROLE = /^assumed-role\/([\w+=,.@-]{1,64})\/[^/]+$/;
const USER = /^user\/(?:[\x21-\x7f]*\/)?([\w+=,.@-]{1,64})$/;

const INSTEAD = 'call with an IAM role or an IAM user';

function refuse(reason: string): never {
  throw new Failure('Forbidden', `${reason}; ${INSTEAD}`);
}

/** The consumer that this ARN is. Throws Forbidden, with the reason, for other principals. */
export function consumerOfPrincipal(arn: string): ConsumerId {
  const [, account, principal = ''] = ARN.exec(arn) ?? [];
  const role = ROLE.exec(principal)?.[1];
  if (role !== undefined) return brandId(ConsumerId, `${account}/${role}`);
  const user = USER.exec(principal)?.[1];
  if (user !== undefined) return brandId(ConsumerId, `${account}/user/${user}`);
  if (principal === 'root') refuse('the root user of an account is not allowed to call this API');
  if (principal.startsWith('federated-user/')) {
    refuse('a federated user is not allowed to call this API: the caller chooses its name');
  }
  return refuse('this kind of IAM principal is not allowed to call this API');
}
