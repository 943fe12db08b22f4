// The steps that decide from our own records, park a token or change a schedule.

import {
  EndInput,
  JudgeInput,
  ParkInput,
  StepInput,
  WaitInput,
} from '../shared/api/requests/functions.ts';
import {
  armDeadline,
  awaitReady,
  confirmReady,
  endLease,
  judgeLease,
  parkWork,
  probeReady,
  serveLease,
  settleLease,
} from '../shared/app/lease.ts';
import { step, steps } from './wrap/steps.ts';

export const handler = steps<'step-decide'>({
  arm: step(StepInput, armDeadline),
  park: step(ParkInput, parkWork),
  await: step(WaitInput, awaitReady),
  probe: step(StepInput, probeReady),
  confirm: step(StepInput, confirmReady),
  serve: step(WaitInput, serveLease),
  judge: step(JudgeInput, judgeLease),
  end: step(EndInput, endLease),
  settle: step(StepInput, settleLease),
});
