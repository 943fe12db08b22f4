// Splits TypeScript into code, literals and comments, so that checks of code ignore prose and
// checks of prose ignore code. It does not parse and is only as exact as these checks need.

type Kind = 'code' | 'literal' | 'comment';
export type Piece = { readonly kind: Kind; readonly text: string };

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const QUOTED = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const CODE = /[\w$]+|\s+|[\s\S]/y;

export type Language = 'ts' | 'tsx';

/** After these a slash starts a regular expression; after anything else it divides. */
const BEFORE_REGEX: Readonly<Record<Language, RegExp>> = {
  ts: /^(?:[(,=:[!&|?{};+\-*%<>~^]|return|typeof|case|in|of|)$/,
  // After `<`, `>` and `}` it closes an element.
  tsx: /^(?:[(,=:[!&|?{;+\-*%~^]|return|typeof|case|in|of|)$/,
};

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The brace depth of each open `${` of a template. */
type Open = number[];

function templateAt(text: string, at: number, open: Open): string | undefined {
  const inside = text[at] === '}' && open.at(-1) === 0;
  const piece = text[at] === '`' || inside ? matchAt(TEMPLATE, text, at) : undefined;
  if (piece === undefined) return undefined;
  if (inside) open.pop();
  if (piece.endsWith('{')) open.push(0);
  return piece;
}

function literalAt(text: string, at: number, regexMayBegin: boolean): string | undefined {
  const quoted = matchAt(QUOTED, text, at);
  if (quoted !== undefined) return quoted;
  return text[at] === '/' && regexMayBegin ? matchAt(REGEX, text, at) : undefined;
}

function countBraces(code: string, open: Open): void {
  const depth = open.pop();
  if (depth === undefined) return;
  if (code === '{') open.push(depth + 1);
  else open.push(code === '}' ? depth - 1 : depth);
}

export function lex(text: string, language: Language): readonly Piece[] {
  const pieces: Piece[] = [];
  const open: Open = [];
  let before = '';
  for (let at = 0; at < text.length; at += pieces.at(-1)?.text.length ?? 1) {
    const comment = matchAt(COMMENT, text, at);
    const regexMayBegin = BEFORE_REGEX[language].test(before);
    const literal = comment ?? templateAt(text, at, open) ?? literalAt(text, at, regexMayBegin);
    if (literal !== undefined) {
      pieces.push({ kind: comment === undefined ? 'literal' : 'comment', text: literal });
      if (comment === undefined) before = 'literal';
      continue;
    }
    const code = matchAt(CODE, text, at) ?? '';
    pieces.push({ kind: 'code', text: code });
    countBraces(code, open);
    if (code.trim() !== '') before = code;
  }
  return pieces;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Blanks a quoted text but keeps its quotes, so that its position stays visible. */
const emptied = (text: string): string =>
  /^['"]/.test(text) ? `${text[0]}${blank(text.slice(1, -1))}${text[0]}` : blank(text);

/** Three views of the same text. An offset means the same position in all of them. */
export type Views = {
  /** Without comments and without the text of literals. */
  readonly code: string;
  /** Comments only. */
  readonly comments: string;
  /** Code and literals. */
  readonly uncommented: string;
};

/** The views of a TypeScript text. */
export function viewsOf(text: string, language: Language = 'ts'): Views {
  const pieces = lex(text, language);
  const view = (show: (piece: Piece) => string): string => pieces.map(show).join('');
  return {
    code: view(({ kind, text }) =>
      kind === 'code' ? text : kind === 'literal' ? emptied(text) : blank(text),
    ),
    comments: view(({ kind, text }) => (kind === 'comment' ? text : blank(text))),
    uncommented: view(({ kind, text }) => (kind === 'comment' ? blank(text) : text)),
  };
}
