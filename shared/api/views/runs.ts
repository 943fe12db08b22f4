// Runs as operators see them.

import { isoTime } from '../../core/base/time.ts';
import { isOpen, type Run } from '../../core/operations/run.ts';
import type { RunReply } from '../contract/replies/runs.ts';
import { reconciliationView, verifyView } from './billing.ts';
import { sweepView } from './operations.ts';

export function runView(run: Run): RunReply {
  const { id, provider, consumer, state, by, at, tries, kind } = run;
  const common = {
    ...{ id, provider, consumer, state, by, at: isoTime(at), tries },
    endedAt: isOpen(run) ? null : isoTime(run.endedAt),
    failure: run.state === 'failed' ? run.failure : null,
  };
  const result = run.state === 'done' ? run.result : null;
  switch (kind) {
    case 'sweep':
      return { ...common, kind, result: result?.kind === kind ? sweepView(result.found) : null };
    case 'reconcile': {
      const found = result?.kind === kind ? reconciliationView(result.found) : null;
      return { ...common, kind, result: found };
    }
    case 'verify':
      return { ...common, kind, result: result?.kind === kind ? verifyView(result.found) : null };
  }
}
