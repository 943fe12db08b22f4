// Acknowledges findings of cdk-nag, each with its reason, on the construct that has them and never
// on the whole stack.

import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as z from 'zod/mini';

/** Acknowledges the findings of these rules on `construct`: rule id to reason. */
export function acknowledge(
  construct: IConstruct,
  reasons: Readonly<Record<string, string>>,
): void {
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id, reason });
  }
}

/** Acknowledges that policies within `construct` name exactly this resource with a `*`. */
export function acknowledgeWildcard(construct: IConstruct, arn: string, reason: string): void {
  const resource = readable(Stack.of(construct).resolve(arn));
  acknowledge(construct, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
}

const Ref = z.object({ Ref: z.string() });
const GetAtt = z.object({ 'Fn::GetAtt': z.array(z.string()) });
const Join = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });

/** A value of a template as text, with references as `<LogicalId.Attribute>`. */
export function readable(value: unknown): string {
  const join = Join.safeParse(value).data?.['Fn::Join'];
  if (join !== undefined) return join[1].map(readable).join(join[0]);
  const attribute = GetAtt.safeParse(value).data?.['Fn::GetAtt'];
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  const ref = Ref.safeParse(value).data?.Ref;
  return ref === undefined ? String(value) : `<${ref}>`;
}
