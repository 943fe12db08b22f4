// Collects what a person may read from the program: errors, reasons of events, pages, alarms, log
// messages and help texts. They all are literals of prose in the sources, so all such literals are
// taken, whatever becomes of them. What a simulator says in its provider's words is not ours.

import { lex, type Piece } from './lexer.ts';
import type { SourceFile } from './source.ts';

const SPEAKS = /^(?:shared|functions|infra|clients|local)\/.*\.tsx?$/;
const SIMULATOR = /^local\/simulators\/(?!kit\/)/;

/** Two words in a row make prose; a path, a pattern or a key does not. */
const PROSE = /[A-Za-z]{2,}[,.:;]? +(?:\$\{|[A-Za-z(])/;
const CODE_LIKE = /^(?:SET|ADD|REMOVE|attribute_|#\w+ |node |export |[a-z_]+\(#)/;

const opensTemplate = ({ kind, text }: Piece): boolean => kind === 'literal' && text[0] === '`';
const closesTemplate = ({ text }: Piece): boolean => text.endsWith('`') && text.length > 1;

/** One literal with its interpolations as code; `next` is the place after it. */
function literalFrom(pieces: readonly Piece[], at: number): { text: string; next: number } {
  const first = pieces[at];
  if (first === undefined) return { text: '', next: at + 1 };
  if (!opensTemplate(first) || closesTemplate(first)) {
    return { text: first.text.slice(1, -1), next: at + 1 };
  }
  let text = first.text;
  let next = at + 1;
  for (let open = 1; open > 0 && next < pieces.length; next += 1) {
    const piece = pieces[next];
    if (piece === undefined) break;
    text += piece.text;
    if (piece.kind !== 'literal') continue;
    if (opensTemplate(piece) && !closesTemplate(piece)) open += 1;
    else if (piece.text[0] === '}' && piece.text.endsWith('`')) open -= 1;
  }
  return { text: text.slice(1, -1), next };
}

/** Literals that are joined by `+` are one message. */
function joined(pieces: readonly Piece[], at: number): { text: string; next: number } {
  let { text, next } = literalFrom(pieces, at);
  for (;;) {
    const gap = pieces.slice(next, next + 4);
    const plus = gap.findIndex((piece) => piece.text.trim() !== '');
    if (gap[plus]?.text !== '+') return { text, next };
    const after = pieces.findIndex(
      (piece, index) => index > next + plus && piece.text.trim() !== '',
    );
    if (pieces[after]?.kind !== 'literal') return { text, next };
    const more = literalFrom(pieces, after);
    text += more.text;
    next = more.next;
  }
}

function messagesIn({ path, text }: SourceFile): readonly string[] {
  const pieces = lex(text, path.endsWith('.tsx') ? 'tsx' : 'ts');
  const found: string[] = [];
  for (let at = 0; at < pieces.length; ) {
    if (pieces[at]?.kind !== 'literal' || pieces[at]?.text[0] === '/') {
      at += 1;
      continue;
    }
    const { text: message, next } = joined(pieces, at);
    if (PROSE.test(message) && !CODE_LIKE.test(message)) found.push(message.trim());
    at = next;
  }
  return found;
}

/** All messages, file by file, in the order in which they stand there. */
export function messagesOf(files: readonly SourceFile[]): string {
  const sections = files
    .filter(({ path }) => SPEAKS.test(path) && !SIMULATOR.test(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap((file) => {
      const messages = messagesIn(file);
      return messages.length === 0 ? [] : [`# ${file.path}\n${messages.join('\n')}\n`];
    });
  return sections.join('\n');
}
