// The safety lines of the nets that end an instance without its workflow.

import type { Ablation } from './run.ts';

export const NETS_LINES: readonly Ablation[] = [
  {
    name: 'the schedule enforces the deadline without the workflow',
    file: 'shared/usecases/lease/tear-down-now.ts',
    line: 'tearDownNow(ports, lease, () => wakeOrRestartLease(ports, lease));',
    instead: 'wakeOrRestartLease(ports, lease);',
    test: {
      file: 'test/machines/nets.test.ts',
      of: 'an active lease past its deadline',
      name: 'is ended by its schedule alone, with the workflow hanging',
    },
  },
  {
    name: 'a stuck step is restarted, also when it looks like a lost wake',
    file: 'shared/core/sweep/lease-findings.ts',
    line: "if (now >= lease.dueBy) return { kind: 'stuck-step' };",
    instead: '',
    test: {
      file: 'test/shared/core/sweep/lease-findings.test.ts',
      of: 'an open lease',
      name: 'is stuck when its progress is due',
    },
  },
  {
    name: 'an execution that always fails does not loop',
    file: 'shared/core/lease/progress.ts',
    line: ' && generation <= policy.step.restartsAtOnce',
    instead: '',
    test: {
      file: 'test/machines/execution-ended.test.ts',
      of: 'a lease whose execution fails at its deadline',
      name: 'is not restarted without a pause when every execution fails the same way',
    },
  },
];
