// The check of plain English proves on bad samples that it can fail.

import { describe, expect, it } from 'vitest';
import { checkEnglish } from './english.ts';

const rulesOf = (path: string, text: string): readonly string[] =>
  checkEnglish([{ path, text: `${text}\n` }]).map(({ rule }) => rule);

describe('plain English', () => {
  it.each([
    ['// the lease starts anew', 'say again'],
    ['// takes the dearer one', 'say more expensive'],
    ['const reckoned = 1;', 'say compute'],
    ['// it shall end', 'say must or will'],
    ['// whom it serves', 'say who, or name it'],
    ['const toldLately = true;', 'say reported, notified or received'],
    ["const text = 'was begun before';", 'say started'],
    ['const lastBeat = 1;', 'say heartbeat'],
    ['// what comes of it', 'say results'],
    ['// two actors entwined', 'say interleaved'],
    ['// is set going', 'say start'],
    ['// lest it ends', 'say it plainly'],
    ['// the machine is gone', "say instance, or host when it is the provider's"],
    ['const vramGbLeast = 1;', 'name limits min and max'],
    ['function seen() {}', 'name functions by verb and object'],
    ['const mine = () => true;', 'name functions by verb and object'],
  ])('finds %s', (text, rule) => {
    expect(rulesOf('shared/core/base/a.ts', text)).toEqual([rule]);
  });

  it.each([
    ['shared/core/base/a.ts', '// the state machine retries'],
    ['local/simulators/kit/a.ts', '// the machine is gone'],
    ['shared/core/base/a.ts', "const name = 'sockets-1000-beats';"],
    ['shared/core/base/a.ts', 'const seen = new Set();'],
    ['bench/a.ts', 'atLeast(1);'],
  ])('allows in %s: %s', (path, text) => {
    expect(rulesOf(path, text)).toEqual([]);
  });
});
