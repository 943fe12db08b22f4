// Times that follow from a provider's card.

import { describe, expect, it } from 'vitest';
import { hours, minutes, seconds, total } from '../../../../shared/core/base/time.ts';
import { attemptLimit, bootWait, createWindow } from '../../../../shared/core/instance/card.ts';
import { aCard } from '../../../support/builders/sightings.ts';

describe('a card', () => {
  it('says how long an unanswered create may still take effect', () => {
    // The function's 3 min, the longest create of 1 min, two lags of 30 s.
    expect(createWindow(aCard())).toBe(minutes(5));
    expect(createWindow(aCard({ listLag: minutes(2) }))).toBe(minutes(8));
  });

  it('says how long an attempt can cost anything, the minimum term included', () => {
    const lived = total(createWindow(aCard()), minutes(10), minutes(10));
    expect(attemptLimit(aCard())).toBe(lived);
    expect(attemptLimit(aCard({ minimumTerm: hours(1) }))).toBe(hours(1));
    expect(attemptLimit(aCard({ minimumTerm: seconds(1) }))).toBe(lived);
  });

  it('says how long the workflow waits for a boot, in whole seconds', () => {
    expect(bootWait(aCard({ bootLimit: seconds(90.2) }))).toEqual({ timeoutSeconds: 91 });
  });
});
