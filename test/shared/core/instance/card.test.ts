// Times that are computed from a provider's card.

import { describe, expect, it } from 'vitest';
import { hours, minutes, seconds, total } from '../../../../shared/core/base/time.ts';
import { attemptLimit, bootWait, createWindow } from '../../../../shared/core/instance/card.ts';
import { aCard } from '../../../support/builders/sightings.ts';

describe('a card', () => {
  it('gives the time in which an unanswered create can still take effect', () => {
    // The function's 3 min, the longest create of 1 min, two lags of 30 s.
    expect(createWindow(aCard())).toBe(minutes(5));
    expect(createWindow(aCard({ listLag: minutes(2) }))).toBe(minutes(8));
  });

  it('gives the longest time an attempt can cost money, including the minimum term', () => {
    const lived = total(createWindow(aCard()), minutes(10), minutes(10));
    expect(attemptLimit(aCard())).toBe(lived);
    expect(attemptLimit(aCard({ minimumTerm: hours(1) }))).toBe(hours(1));
    expect(attemptLimit(aCard({ minimumTerm: seconds(1) }))).toBe(lived);
  });

  it('gives the boot wait of the workflow in whole seconds', () => {
    expect(bootWait(aCard({ bootLimit: seconds(90.2) }))).toEqual({ timeoutSeconds: 91 });
  });
});
