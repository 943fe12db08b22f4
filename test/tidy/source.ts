// The types and helpers of all checks: their input files and the violations they return. Checks are
// pure: they never read a file.

import { posix } from 'node:path';
import { type Views, viewsOf } from './lexer.ts';

/** A file of the repository; `path` is relative to its root and uses slashes. */
export type SourceFile = { readonly path: string; readonly text: string };
export type Violation = { readonly path: string; readonly line: number; readonly rule: string };
export type Check = (files: readonly SourceFile[]) => readonly Violation[];

/** A violation as `path:line rule`, which editors link. */
export const show = ({ path, line, rule }: Violation): string => `${path}:${line} ${rule}`;

const seen = new WeakMap<SourceFile, Views>();

/** Code and comments, separated; in files other than TypeScript, all text counts as both. */
export function views(file: SourceFile): Views {
  const { path, text } = file;
  if (!isSource(file)) return { code: text, comments: text, uncommented: text };
  const found = seen.get(file) ?? viewsOf(text, path.endsWith('.tsx') ? 'tsx' : 'ts');
  seen.set(file, found);
  return found;
}

export const isSource = ({ path }: SourceFile): boolean => /\.tsx?$/.test(path);

/** The number of the line that holds `offset`, from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length;

/** A violation for every match of `pattern`, which must be global. */
export function matches(
  file: SourceFile,
  { text, pattern, rule }: { text: string; pattern: RegExp; rule: string },
): readonly Violation[] {
  return [...text.matchAll(pattern)].map(({ index }) => ({
    path: file.path,
    line: lineAt(text, index),
    rule,
  }));
}

export type Import = {
  /** A path from the repository's root, or the package's own specifier. */
  readonly target: string;
  readonly typesOnly: boolean;
  readonly line: number;
};

// In the code view a specifier is blank: its offset says where to read it.
const STATIC = /\b(?:import|export)\s+(type\s)?[^'";()]*?\bfrom\s*['"]( *)['"]/dg;
const BARE = /\bimport\s*(\(\s*)?['"]( *)['"]/dg;

/** All imports and re-exports of a TypeScript file, including dynamic imports. */
export function importsOf(file: SourceFile): readonly Import[] {
  const { code } = views(file);
  return [...code.matchAll(STATIC), ...code.matchAll(BARE)].map((match) => {
    const specifier = file.text.slice(...(match.indices?.[2] ?? [0, 0]));
    const ours = specifier.startsWith('.');
    return {
      target: ours ? posix.join(posix.dirname(file.path), specifier) : specifier,
      typesOnly: match[1]?.startsWith('type') ?? false,
      line: lineAt(code, match.index),
    };
  });
}
