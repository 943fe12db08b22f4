// How the checks read a source: code, literals and comments are separated, also in .tsx files.

import { describe, expect, it } from 'vitest';
import { checkArrows } from './arrows.ts';
import { checkBans } from './banned.ts';
import { checkDead } from './dead.ts';
import { checkOpenings } from './files.ts';
import { viewsOf } from './lexer.ts';
import { checkFileSizes, checkLineLengths } from './sizes.ts';
import type { Check } from './source.ts';
import { checkWords } from './words.ts';

describe('views of a text', () => {
  const text = `call(\`a \${now(\`b\`)} /* no */\`); // 'why'\nconst r = /[/'"]/; x = 'don\\'t';\n`;
  const { code, comments, uncommented } = viewsOf(text);
  const words = (view: string): string => view.replace(/\s+/g, ' ').trim();

  it('keep every offset', () => {
    expect([code.length, comments.length, uncommented.length]).toEqual(Array(3).fill(text.length));
  });
  it('separate code from literals, templates and regular expressions', () => {
    expect(words(code)).toBe("call( now( ) ); const r = ; x = ' ';");
  });
  it('separate comments from literals that look like one', () => {
    expect(words(comments)).toBe("// 'why'");
  });
  it('keep literals when only comments are removed', () => {
    expect(words(uncommented)).toContain('/* no */`); const r = /[/\'"]/; x =');
  });
});

describe('a .tsx file', () => {
  it('is read with its elements: a slash in them does not start a literal', () => {
    const text = "const a = <p title={t('{')} /> /* no */; // it's\nb(<i>don't {c}</i>, <u />);\n";
    const { code } = viewsOf(text, 'tsx');
    expect(code).toBe(
      "const a = <p title={t(' ')} />         ;        \nb(<i>don't {c}</i>, <u />);\n",
    );
  });
  it.each<[string, Check, string]>([
    ['imports', checkArrows, `import { a } from '../../shared/app/lease.ts';`],
    ['length', checkFileSizes, '//\n'.repeat(301)],
    ['lines', checkLineLengths, `// ${'x'.repeat(101)}`],
    ['calls', checkBans, 'call(x as any)'],
    ['words', checkWords, '// the reaper runs'],
    ['opening', checkOpenings, 'const a = 1;'],
    ['use', checkDead, '// Dead.'],
  ])('is checked like any other: its %s', (_, check, text) => {
    expect(check([{ path: 'clients/console/a.tsx', text }])).toHaveLength(1);
  });
});
