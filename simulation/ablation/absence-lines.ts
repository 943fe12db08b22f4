// The safety lines about the proof that an instance is absent.

import type { Ablation } from './run.ts';

export const ABSENCE_LINES: readonly Ablation[] = [
  {
    name: 'two listings for a proof',
    file: 'shared/core/instance/absence.ts',
    line: "return { kind: 'pending', absentSince: listedAt };",
    instead:
      "return { kind: 'proved', proof: { by: 'listings', from: listedAt, until: listedAt } as AbsenceProof };",
    test: {
      file: 'test/shared/core/instance/absence.prop.test.ts',
      of: 'a listing',
      name: 'is kept when it is the first after notBefore',
    },
  },
  {
    name: 'list lag between them',
    file: 'shared/core/instance/absence.ts',
    line: ' || between(absentSince, listedAt) < evidence.listLag',
    instead: '',
    test: {
      file: 'test/shared/core/instance/absence.prop.test.ts',
      of: 'a listing',
      name: 'changes nothing when it started less than the lag after the first',
    },
  },
  {
    name: 'no listing from before the floor counts',
    file: 'shared/core/instance/absence.ts',
    line: "if (listedAt < evidence.notBefore) return { kind: 'pending', absentSince: null };",
    instead: '',
    test: {
      file: 'test/shared/core/instance/absence.prop.test.ts',
      of: 'a listing',
      name: 'proves nothing and is not kept when it started before notBefore',
    },
  },
  {
    name: 'the floor waits for an unanswered create',
    file: 'shared/core/instance/attempt.ts',
    line: 'if (!isVerified(attempt)) floors.push(attempt.mayLandUntil);',
    instead: '',
    test: {
      file: 'test/shared/core/instance/attempt.test.ts',
      of: 'the floor of absence',
      name: 'is the last time at which an instance can appear or be destroyed',
    },
  },
  {
    name: 'the floor waits for every destroy',
    file: 'shared/core/instance/attempt.ts',
    line: 'if (isVerified(attempt) && accepted === null) return null;',
    instead: '',
    test: {
      file: 'test/shared/core/instance/attempt.test.ts',
      of: 'the floor of absence',
      name: 'is missing until every destroy was accepted',
    },
  },
];
