// Rules about files: each opens with its purpose, links in documents lead to existing files, and no
// file names a local path or a private host.

import { posix } from 'node:path';
import {
  type Check,
  isSource,
  lineAt,
  matches,
  type SourceFile,
  type Violation,
} from './source.ts';

/** Source files without an opening comment. */
export const checkOpenings: Check = (files) =>
  files
    .filter(isSource)
    .filter(({ text }) => !/^(?:#![^\n]*\n)?\s*\/[/*]/.test(text))
    .map(({ path }) => ({
      path,
      line: 1,
      rule: 'must open with a comment that states its purpose',
    }));

const LINK = /\]\(<?([^)\s#>]+)(?:#[^)\s>]*)?>?(?:\s+"[^"]*")?\)/g;
const FENCED = /^```[\s\S]*?^```/gm;

function brokenLinks(file: SourceFile, known: ReadonlySet<string>): readonly Violation[] {
  const prose = file.text.replace(FENCED, (block) => block.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(LINK)].flatMap(({ 1: link = '', index }) => {
    if (/^[a-z]+:/i.test(link)) return [];
    const target = posix.join(posix.dirname(file.path), link).replace(/\/$/, '');
    const rule = `links to ${link}, which does not exist`;
    return known.has(target) ? [] : [{ path: file.path, line: lineAt(prose, index), rule }];
  });
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

/** Relative links in documents that lead to no file or folder in `files`. */
export const checkLinks: Check = (files) => {
  const known = new Set(['.', ...files.flatMap(({ path }) => foldersOf(path))]);
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) => brokenLinks(file, known));
};

/** Paths of checkouts and temporary files, which are valid on one computer only. */
const LOCAL_PATH = /(?:file:\/\/|(?<![\w.~:/-]))\/(?:home|Users|work|tmp)\/[\w.]/g;
const LOCAL_HOST = /https?:\/\/[^/\s'"`)]*\.(?:internal|local|lan|corp|intranet)\b/g;

/** Paths and hosts that are valid on one computer only. */
export const checkPrivate: Check = (files) =>
  files
    .filter(({ path }) => !path.startsWith('test/tidy'))
    .flatMap((file) => [
      ...matches(file, { text: file.text, pattern: LOCAL_PATH, rule: 'names a local path' }),
      ...matches(file, { text: file.text, pattern: LOCAL_HOST, rule: 'names a private host' }),
    ]);
