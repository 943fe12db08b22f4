// Lengths of files and lines. Biome checks the length of functions and the number of parameters.

import { type Check, isSource, type SourceFile, views } from './source.ts';

const MAX_LINE = 100;

const maxLines = (path: string): number => (/^(?:test|simulation)\//.test(path) ? 400 : 300);

const linesOf = ({ text }: SourceFile): readonly string[] => text.replace(/\n$/, '').split('\n');

/** Files with too many lines. */
export const checkFileSizes: Check = (files) =>
  files.filter(isSource).flatMap((file) => {
    const { length } = linesOf(file);
    const most = maxLines(file.path);
    const rule = `has ${length} lines; the limit is ${most}`;
    return length > most ? [{ path: file.path, line: most + 1, rule }] : [];
  });

/** The lines that contain only a literal, which can't be broken. */
function loneLiterals(file: SourceFile): readonly boolean[] {
  const { code, comments } = views(file);
  const remarks = comments.split('\n');
  return code
    .split('\n')
    .map((line, index) => /^[\s'",;]*$/.test(line) && remarks[index]?.trim() === '');
}

/** A line that ends in a path, which can't be broken. */
const IMPORT = /^(?:import .*|} )from '[^']+';$/;

/** Lines that are too long. Markdown is not checked: its tables can't be broken. */
export const checkLineLengths: Check = (files) =>
  files.filter(isSource).flatMap((file) => {
    const literals = loneLiterals(file);
    return linesOf(file).flatMap((line, index) => {
      const length = [...line].length;
      const rule = `has ${length} characters; the limit is ${MAX_LINE}`;
      const fits = length <= MAX_LINE || literals[index] === true || IMPORT.test(line);
      return fits ? [] : [{ path: file.path, line: index + 1, rule }];
    });
  });
