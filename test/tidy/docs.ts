// Names in documents: a text between back-ticks must be a path of the repository or names that
// occur in its code. The check finds names in documents that were removed from the code.

import { type Check, lineAt, type SourceFile, type Violation } from './source.ts';

const FENCED = /^```[\s\S]*?^```/gm;
const SPAN = /(?<!`)`([^`\n]+)`(?!`)/g;
/** Files and folders: names with slashes, or with the extension of a source file. */
const PATH = /^(?!\/|https?:|@|npm |node )[\w.@*-]+(?:\/[\w.@*{},-]+)+\/?$/;
const FILE_NAME = /^[\w.*-]+\.(?:ts|tsx|json|md|sh|txt)$/;
const WORD = /[A-Za-z][A-Za-z0-9_]{2,}/g;
/** Commands and names of other programs, and `PLACEHOLDERS` for the reader's own values. */
const FOREIGN = /^(?:aws|curl|cdk|git) |^sts:|AWSReservedSSO/;
const PLACEHOLDER = /^[A-Z]+$/;

/** The files in which a name must occur; other documents do not count. */
const isCode = ({ path }: SourceFile): boolean => !path.endsWith('.md');
/** A decision record keeps the names of its date. */
const isDocument = ({ path }: SourceFile): boolean =>
  path.endsWith('.md') && !/^(?:docs\/decisions|local|test)\//.test(path);

function spansOf({ text }: SourceFile): readonly { span: string; line: number }[] {
  const prose = text.replace(FENCED, (block) => block.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(SPAN)].map(({ 1: span = '', index }) => ({
    span,
    line: lineAt(prose, index),
  }));
}

/** Whether a path, with `*` for any letters, is a file or folder from the root. */
function standsIn(paths: ReadonlySet<string>, span: string): boolean {
  const path = span.replace(/\/$/, '');
  if (!path.includes('*')) return paths.has(path);
  const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
  return [...paths].some((each) => pattern.test(each));
}

const foldersOf = (path: string): readonly string[] =>
  path.split('/').map((_, depth, parts) => parts.slice(0, depth + 1).join('/'));

const wordsOf = (text: string): readonly string[] => text.match(WORD) ?? [];

/** Paths and names in documents that the repository does not have. */
export const checkDocs: Check = (files) => {
  const paths = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const names = new Set([...paths].map((path) => path.split('/').at(-1) ?? path));
  const known = new Set(files.filter(isCode).flatMap(({ text }) => wordsOf(text)));
  // Names of constructs and queues are written like folders.
  const isLiteral = (span: string) =>
    files.some((file) => isCode(file) && file.text.includes(`'${span}'`));
  const fault = (span: string): string | null => {
    if (FOREIGN.test(span)) return null;
    if (PATH.test(span))
      return standsIn(paths, span) || isLiteral(span) ? null : 'no file or folder';
    if (FILE_NAME.test(span)) return standsIn(names, span) ? null : 'no file';
    const lost = wordsOf(span).filter((word) => !known.has(word) && !PLACEHOLDER.test(word));
    return lost.length === 0 ? null : `no code that says ${lost.join(', ')}`;
  };
  return files.filter(isDocument).flatMap((file): readonly Violation[] =>
    spansOf(file).flatMap(({ span, line }) => {
      const why = fault(span);
      return why === null ? [] : [{ path: file.path, line, rule: `names \`${span}\`: ${why}` }];
    }),
  );
};
