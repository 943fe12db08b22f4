// Everything that a person may read from the program, in one file: read it as somebody who has not
// seen the code. `npx vitest run test/messages.test.ts -u` writes it again.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messagesOf } from './tidy/messages.ts';
import { readTree } from './tidy/tree.ts';

const root = join(import.meta.dirname, '..');

it('all messages of the program are in messages.golden.txt', async () => {
  await expect(messagesOf(readTree(root))).toMatchFileSnapshot('messages.golden.txt');
});

describe('messages', () => {
  const messages = (...lines: readonly string[]) =>
    messagesOf([{ path: 'shared/core/base/a.ts', text: `${lines.join('\n')}\n` }]);

  it('are the literals of prose, joined over lines and with what is filled in', () => {
    const filled = 'no $' + '{what} at $' + '{hour}';
    expect(messages("const a = 'the lease ' + 'is over';", `const b = \`${filled}\`;`)).toBe(
      `# shared/core/base/a.ts\nthe lease is over\n${filled}\n`,
    );
  });

  it('are no comments, keys or paths', () => {
    expect(
      messages('// the lease is over', "const a = 'lease-over';", "import b from './a.ts';"),
    ).toBe('');
  });
});
