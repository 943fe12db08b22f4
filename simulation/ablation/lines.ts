// The lines that implement safety properties, each with the test that must fail without it. The
// text must occur exactly once in its file, so that the list stays in step with the code.

import { firstProvider } from '../../local/markets.ts';
import { ABSENCE_LINES } from './absence-lines.ts';
import { IDENTITY_LINES } from './identity-lines.ts';
import { NETS_LINES } from './nets-lines.ts';
import type { Ablation } from './run.ts';

/** The contract suite holds the other adapters to the same properties. */
const ADAPTER = `shared/adapters/providers/${firstProvider}`;
const LAUNCH = 'shared/usecases/lease/steps/launch-instance.ts';
const INTENT = 'shared/core/lease/launch-intent.ts';

export const LINES: readonly Ablation[] = [
  {
    name: 'second sighting',
    file: 'shared/core/sweep/instance-findings.ts',
    line: 'again: between(since, listedAt) >= policy.sweep.minSightingGap',
    instead: 'again: true',
    test: {
      file: 'test/machines/sweep.test.ts',
      of: 'an instance without a lease',
      name: 'is destroyed when it is seen for the second time',
    },
  },
  {
    name: 'mac of the tag',
    file: 'shared/core/instance/ownership.ts',
    line: "(signed(owner), label?.slice(-TAG_MAC_LENGTH) ?? '') ? owner : null;",
    instead: "(signed(owner), '') || owner.attempt > 0 ? owner : null;",
    test: {
      file: 'test/machines/sweep.test.ts',
      of: 'an instance without a lease',
      name: 'is never destroyed when its label is not a valid tag of this deployment',
    },
  },
  {
    name: 'circuit breaker',
    file: 'shared/core/sweep/instance-findings.ts',
    line: 'return isCrowd(unrecorded, findings.length) ? unrecorded : 0;',
    instead: 'return 0;',
    test: {
      file: 'test/machines/sweep.test.ts',
      of: 'the circuit breaker',
      name: 'destroys none of four, and pages an operator',
    },
  },
  {
    name: 'mass silence',
    file: 'shared/core/lease/silence.ts',
    line: 'if (!isCrowd(silences, open)) return null;',
    instead: 'return null;',
    test: {
      file: 'test/machines/silence.test.ts',
      of: 'silent leases',
      name: 'are held and paged when many are silent at once, and continue afterwards',
    },
  },
  {
    name: 'consistent read of the leases that a sweep compares',
    file: 'shared/adapters/dynamodb/table.ts',
    line: '{ Keys: keys, ConsistentRead: true }',
    instead: '{ Keys: keys }',
    test: {
      file: 'test/shared/adapters/dynamodb/client.test.ts',
      of: 'every read by key',
      name: 'of many is consistent',
    },
  },
  {
    name: 'consistent read of the lease and the pulse before a wake',
    file: 'shared/adapters/dynamodb/table.ts',
    line: '{ TableName: name, Key: marshalItem(key), ConsistentRead: true }',
    instead: '{ TableName: name, Key: marshalItem(key) }',
    test: {
      file: 'test/shared/adapters/dynamodb/client.test.ts',
      of: 'every read by key',
      name: 'of one item is consistent',
    },
  },
  {
    name: 'an incomplete listing is an error',
    file: `${ADAPTER}/call.ts`,
    line: 'if (page.total === null || items.size >= page.total) return',
    instead: 'if (items.size >= 0) return',
    test: {
      file: `test/${ADAPTER}/instances.test.ts`,
      of: 'list',
      name: 'throws BadReply when it has fewer items than its total',
    },
  },
  {
    name: 'a 404 proves absence only with the code for an unknown instance',
    file: `${ADAPTER}/errors.ts`,
    line: 'return unknown && NO_INSTANCE.includes(error.code)',
    instead: 'return unknown',
    test: {
      file: `test/${ADAPTER}/instances.test.ts`,
      of: 'destroy',
      name: 'throws BadReply when the instance may still run',
    },
  },
  {
    name: 'a failed page fails the listing',
    file: `${ADAPTER}/call.ts`,
    line: 'if (trouble !== null) throw failureOf(trouble, endpointOf(call));',
    instead: '',
    test: {
      file: `test/${ADAPTER}/instances.test.ts`,
      of: 'list',
      name: 'throws ProviderDown and returns no part when the second page fails',
    },
  },
  {
    name: 'intent before create',
    file: LAUNCH,
    line: 'const { result } = await changeLease<StepOutcome<BootWait> | Intended>(\n    ports,',
    instead:
      "const leases = { ...ports.leases, commit: async () => 'committed' as const };\n" +
      '  const { result } = await changeLease<StepOutcome<BootWait> | Intended>(\n    { ...ports, leases },',
    test: {
      file: 'test/machines/launch-moments.test.ts',
      of: 'a create call',
      name: 'is made after its intent is recorded',
    },
  },
  {
    name: 'a bad key is recognized',
    file: `${ADAPTER}/errors.ts`,
    line: "if (isUnauthorised(reply, error)) return 'unauthorised';",
    instead: '',
    test: {
      file: `test/${ADAPTER}/instances.test.ts`,
      of: 'destroy',
      name: 'throws Unauthorised when the instance may still run',
    },
  },
  {
    name: 'only the winner of the intent creates',
    file: INTENT,
    line: 'if (last !== undefined && isUnanswered(last)) {',
    instead: 'if (last !== undefined && isUnanswered(last) && now < 0) {',
    test: {
      file: 'test/machines/launch-moments.test.ts',
      of: 'a create call',
      name: 'is not made again by a second run of its step while it is in progress',
    },
  },
  {
    name: 'create within seconds of its pass',
    file: INTENT,
    line: 'between(passedAt, now) <= policy.launch.createWithin;',
    instead: 'between(passedAt, now) >= 0;',
    test: {
      file: 'test/machines/launch-moments.test.ts',
      of: 'a create call',
      name: 'is not made more than 5 s after its pass was taken',
    },
  },
  {
    name: 'schedule before instance',
    file: 'state-machines/lease.asl.json',
    line: '"step": "arm"',
    instead: '"step": "probe"',
    test: {
      file: 'test/machines/deadline.test.ts',
      of: 'a lease',
      name: 'creates no instance when its schedule cannot be set',
    },
  },
  {
    name: 'no instance without a schedule',
    file: 'shared/usecases/lease/steps/arm-deadline.ts',
    line: 'await setAlarm(ports, lease);',
    instead: 'await setAlarm(ports, lease).catch(() => undefined);',
    test: {
      file: 'test/machines/launch-moments.test.ts',
      of: 'a create call',
      name: 'is not made before its schedule is set',
    },
  },
  {
    name: 'hold before lease',
    file: 'shared/usecases/lease/request-lease.ts',
    line: 'return placed;',
    instead: "return { kind: 'placed', hold };",
    test: {
      file: 'test/functions/api.test.ts',
      of: 'a bad request',
      name: 'over a limit of the account names the limit and creates nothing',
    },
  },
  {
    name: 'a lease token is valid only for its attempt',
    file: 'shared/adapters/dynamodb/lease/pulse-store.ts',
    line: "const condition = '#over = :no AND #attempt = :attempt';",
    instead: "const condition = '#over = :no AND #attempt >= :attempt';",
    test: {
      file: 'test/machines/heartbeat.test.ts',
      of: 'a heartbeat',
      name: 'of an older attempt gets carryOn: false once a newer instance is active',
    },
  },
  {
    name: 'a lease token names its attempt under the mac',
    file: 'shared/adapters/lease-token.ts',
    line: 'return signer.verify(signed(claims), mac) ? claims : null;',
    instead: 'return claims;',
    test: {
      file: 'test/functions/api.test.ts',
      of: 'an instance',
      name: 'with a forged token is refused',
    },
  },
  {
    name: 'ServeLease reads the lease again after parking',
    file: 'shared/usecases/lease/steps/serve-lease.ts',
    line: 'if (!goesOn) await ports.workflow.wake(token);',
    instead: '',
    test: {
      file: 'test/machines/launch-moments.test.ts',
      of: 'a release between the read of the lease and the parked token',
      name: 'of serve ends the lease at once',
    },
  },
  {
    name: 'AwaitReady reads the lease again after parking',
    file: 'shared/usecases/lease/steps/await-ready.ts',
    line: 'if (settled) await ports.workflow.wake(token);',
    instead: '',
    test: {
      file: 'test/machines/launch-moments.test.ts',
      of: 'a release between the read of the lease and the parked token',
      name: 'of await ends the lease at once',
    },
  },
  {
    name: 'a freeze is read before an offer is chosen',
    file: 'shared/core/menu/choice.ts',
    line: 'if (frozen !== null) return { ...frozen, take: null };',
    instead: '',
    test: {
      file: 'test/machines/freeze.test.ts',
      of: 'an attempt in flight',
      name: 'is not made for a lease that the freeze missed: choose reads freezes again',
    },
  },
  {
    name: 'a freeze is read before an instance is created',
    file: INTENT,
    line: 'if (frozen !== null) return frozen;',
    instead: '',
    test: {
      file: 'test/machines/freeze.test.ts',
      of: 'an attempt in flight',
      name: 'is not made for a lease that the freeze missed: launch reads freezes again',
    },
  },
  {
    name: 'schedule and sweep look for an unanswered create',
    file: 'shared/usecases/lease/tear-down-now.ts',
    line: 'if (unanswered.length === 0) return;',
    instead: 'if (unanswered.length >= 0) return;',
    test: {
      file: 'test/machines/nets.test.ts',
      of: 'an instance without a recorded create response',
      name: 'is ended by its schedule alone at the launch bound, with the workflow hanging',
    },
  },
  ...NETS_LINES,
  ...ABSENCE_LINES,
  ...IDENTITY_LINES,
];
