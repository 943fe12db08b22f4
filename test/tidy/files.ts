// Rules about files as such: each says what it is for, documents link to what exists, and nothing
// tells on whose machine it was written.

import { posix } from 'node:path';
import {
  type Check,
  isSource,
  lineAt,
  matches,
  type SourceFile,
  type Violation,
} from './source.ts';

/** Source files that don't open with a comment. */
export const checkOpenings: Check = (files) =>
  files
    .filter(isSource)
    .filter(({ text }) => !/^(?:#![^\n]*\n)?\s*\/[/*]/.test(text))
    .map(({ path }) => ({ path, line: 1, rule: 'must open with what it is for' }));

const LINK = /\]\(<?([^)\s#>]+)(?:#[^)\s>]*)?>?(?:\s+"[^"]*")?\)/g;
const FENCED = /^```[\s\S]*?^```/gm;

function brokenLinks(file: SourceFile, known: ReadonlySet<string>): readonly Violation[] {
  const prose = file.text.replace(FENCED, (block) => block.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(LINK)].flatMap(({ 1: link = '', index }) => {
    if (/^[a-z]+:/i.test(link)) return [];
    const target = posix.join(posix.dirname(file.path), link).replace(/\/$/, '');
    const rule = `links to ${link}, which is not there`;
    return known.has(target) ? [] : [{ path: file.path, line: lineAt(prose, index), rule }];
  });
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

/** Relative links of documents that lead to no file or folder among `files`. */
export const checkLinks: Check = (files) => {
  const known = new Set(['.', ...files.flatMap(({ path }) => foldersOf(path))]);
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) => brokenLinks(file, known));
};

/** Where checkouts and scratch files lie: such a path holds on one machine only. */
const LOCAL_PATH = /(?:file:\/\/|(?<![\w.~:/-]))\/(?:home|Users|work|tmp)\/[\w.]/g;
const LOCAL_HOST = /https?:\/\/[^/\s'"`)]*\.(?:internal|local|lan|corp|intranet)\b/g;

/** Paths and hosts that mean something on one machine only. */
export const checkPrivate: Check = (files) =>
  files
    .filter(({ path }) => !path.startsWith('test/tidy'))
    .flatMap((file) => [
      ...matches(file, { text: file.text, pattern: LOCAL_PATH, rule: 'names a local path' }),
      ...matches(file, { text: file.text, pattern: LOCAL_HOST, rule: 'names a private host' }),
    ]);
