// Who may do what. The golden file is the whole list: a change of it is read in review, line by
// line, and is accepted by `npx vitest run test/infra/permissions.test.ts -u`.

import { AsyncLocalStorage } from 'node:async_hooks';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readable } from '../../infra/acknowledge.ts';
import { FUNCTION_NAMES } from '../../infra/function-list.ts';
import { type RouteName, routes } from '../../shared/api/contract/contract.ts';
import { type FunctionName, RUN_FUNCTIONS, STEPS } from '../../shared/core/base/functions.ts';
import { leaseWorld } from '../support/worlds/lease.ts';
import { isStep } from '../support/worlds/virtual-time.ts';
import { devStack, resourcesOf } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());
const template = Template.fromStack(synthesis.stack);

const Statement = z.object({
  Effect: z.string(),
  Action: z.unknown(),
  Resource: z.optional(z.unknown()),
  Principal: z.optional(z.record(z.string(), z.unknown())),
  Condition: z.optional(z.unknown()),
});
type Statement = z.infer<typeof Statement>;
const Document = z.object({ Statement: z.array(Statement) });
const RoleShape = z.object({ AssumeRolePolicyDocument: Document });
const PolicyShape = z.object({ PolicyDocument: Document, Roles: z.array(z.unknown()) });

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
/** Without the hash that CloudFormation's logical ids end with. */
const plain = (text: string): string => text.replaceAll(/[0-9A-F]{8}(?=[.>]|$)/g, '');
const text = (value: unknown): string => plain(readable(value));

/** Roles stand for their function, by its name in the function list. */
function owner(role: string): string {
  const id = plain(role).replace(/^functions(?=.)|role$/g, '');
  // Logical ids have letters and digits only.
  return FUNCTION_NAMES.find((name) => name.replaceAll('-', '') === id) ?? id;
}

/** One value of a condition: references inside it become readable as well. */
const condition = (value: unknown): string =>
  JSON.stringify(value, (_, each) => {
    const shown = text(each);
    return shown === '[object Object]' ? each : shown;
  });

function linesOf(role: string, statement: Statement): readonly string[] {
  const { Effect, Action, Resource, Principal, Condition } = statement;
  const when = Condition === undefined ? '' : `  if ${condition(Condition)}`;
  const who = Resource ?? Object.values(Principal ?? {})[0];
  const effect = Effect === 'Allow' ? '' : `${Effect} `;
  return list(Action).flatMap((action) =>
    list(who).map((each) => `${role}  ${effect}${String(action)}  ${text(each)}${when}`),
  );
}

const roles = [...resourcesOf(template, 'AWS::IAM::Role', RoleShape)];
const policies = [...resourcesOf(template, 'AWS::IAM::Policy', PolicyShape).values()];

const permissions = [
  ...roles.flatMap(([id, { AssumeRolePolicyDocument }]) =>
    AssumeRolePolicyDocument.Statement.flatMap((each) => linesOf(owner(id), each)),
  ),
  ...policies.flatMap(({ PolicyDocument, Roles }) =>
    Roles.flatMap((role) =>
      PolicyDocument.Statement.flatMap((each) => linesOf(owner(readable(role).slice(1, -1)), each)),
    ),
  ),
];

it('are the listed ones', async () => {
  const sorted = [...new Set(permissions)].toSorted((a, b) => (a < b ? -1 : 1));
  await expect(`${sorted.join('\n')}\n`).toMatchFileSnapshot('./permissions.golden.txt');
});

/** Functions that call a provider, and no others. */
const KEYED: readonly FunctionName[] = [
  ...(['work-provider', 'work-list'] as const),
  ...(['timer-deadline', 'timer-sweep', 'timer-refresh', 'timer-reconcile'] as const),
  'timer-freezes',
];

it('let only functions that call a provider read its keys', () => {
  const readers = permissions.filter((line) => /GetSecretValue {2}<secrets\w+keys>/.test(line));
  expect(new Set(readers.map((line) => line.split('  ')[0]))).toEqual(new Set(KEYED));
});

it('let operators start the functions of runs, and no other function', () => {
  const started = permissions.flatMap((line) => {
    const [owner, , name] =
      /^(\S+) {2}lambda:(\w+) {2}.*:gpu-shopper-dev-(\S+)$/.exec(line)?.slice(1) ?? [];
    return owner === 'api-operations' ? [name] : [];
  });
  expect(new Set(started)).toEqual(new Set(Object.values(RUN_FUNCTIONS)));
});

const isRoute = (name: string): name is RouteName => name in routes;

/** The function that is called for a route or a step; others are called by their own names. */
function functionOf(name: string): string {
  if (isRoute(name)) return routes[name].handledBy;
  return isStep(name) ? STEPS[name] : name;
}

it('cover every call that a lease makes from its request to its end', async () => {
  const caller = new AsyncLocalStorage<string>();
  const made = new Set<string>();
  const note = (service: string) => (call: string) => {
    const name = caller.getStore();
    if (name !== undefined) made.add(`${name}  ${service}:${call}`);
  };
  const world = await leaseWorld({
    meddle: async ({ name }, run) => caller.run(functionOf(name), run),
    onDatabaseCall: note('dynamodb'),
    onWorkflowCall: note('states'),
  });
  const { id } = await world.active();
  await world.ask('listLeases');
  await world.ask('listOffers');
  await world.ask('readHealth');
  await world.ask('readLease', { params: { id } });
  await world.ask('readEvents', { params: { id } });
  await world.ask('recordHeartbeat', { params: { id } });
  await world.release(id);
  await world.untilState(id, 'ended');
  await world.close();

  const granted = new Set(permissions.map((line) => line.split('  ').slice(0, 2).join('  ')));
  expect(made).toContain('step-decide  dynamodb:UpdateItem');
  expect(made).toContain('api-leases  states:SendTaskSuccess');
  expect([...made].filter((call) => !granted.has(call))).toEqual([]);
});
