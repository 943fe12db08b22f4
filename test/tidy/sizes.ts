// Lengths of files and lines. Functions and their parameters are counted by Biome, which parses.

import { type Check, isSource, type SourceFile, views } from './source.ts';

const LINE_MOST = 100;

const linesMost = (path: string): number => (/^(?:test|simulation)\//.test(path) ? 400 : 300);

const linesOf = ({ text }: SourceFile): readonly string[] => text.replace(/\n$/, '').split('\n');

/** Files with too many lines. */
export const checkFileSizes: Check = (files) =>
  files.filter(isSource).flatMap((file) => {
    const { length } = linesOf(file);
    const most = linesMost(file.path);
    const rule = `has ${length} lines; the limit is ${most}`;
    return length > most ? [{ path: file.path, line: most + 1, rule }] : [];
  });

/** Which lines hold a literal and nothing else: such a line can't be broken. */
function loneLiterals(file: SourceFile): readonly boolean[] {
  const { code, comments } = views(file);
  const remarks = comments.split('\n');
  return code
    .split('\n')
    .map((line, index) => /^[\s'",;]*$/.test(line) && remarks[index]?.trim() === '');
}

/** Lines that are too long. Markdown, whose tables can't be broken, isn't source. */
export const checkLineLengths: Check = (files) =>
  files.filter(isSource).flatMap((file) => {
    const literals = loneLiterals(file);
    return linesOf(file).flatMap((line, index) => {
      const length = [...line].length;
      const rule = `has ${length} characters; the limit is ${LINE_MOST}`;
      const fits = length <= LINE_MOST || literals[index] === true;
      return fits ? [] : [{ path: file.path, line: index + 1, rule }];
    });
  });
