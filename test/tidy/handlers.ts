// A function exports its wrapper's result, and each route and step in it is one wrapped use case of
// a few lines: any other handler would run without parsing, logging and mapping of failures.

import { type Check, lineAt, type SourceFile, type Violation, views } from './source.ts';

const FUNCTION = /^functions\/[^/]+\.tsx?$/;
/** What may be exported, and the wrappers of a table's entries; null for a single use case. */
const WRAPPERS: Readonly<Record<string, RegExp | null>> = {
  routes: /^\w+: (?:api|list|node)\(/,
  steps: /^\w+: step\(/,
  timer: null,
  event: null,
  work: null,
};
const EXPORTED = new RegExp(
  `^export const handler = (${Object.keys(WRAPPERS).join('|')})(?:<[^>]*>)?\\(`,
  'm',
);
/** Lines of one entry: what a route takes, its use case and its view. */
const MAX_LINES = 9;

type Part = { readonly offset: number; readonly text: string };

/** The parts between commas outside of all brackets, from `from` to the bracket that closes. */
function partsFrom(code: string, from: number): readonly Part[] {
  const parts: Part[] = [];
  let [depth, offset] = [0, from];
  for (let at = from; at < code.length; at += 1) {
    const sign = code.charAt(at);
    if ('([{'.includes(sign)) depth += 1;
    const closed = ')]}'.includes(sign) && depth === 0;
    if (')]}'.includes(sign)) depth -= 1;
    if (!closed && !(sign === ',' && depth === 0)) continue;
    parts.push({ offset, text: code.slice(offset, at) });
    offset = at + 1;
    if (closed) break;
  }
  return parts.filter(({ text }) => text.trim() !== '');
}

/** The entries of the table, which is the last argument. */
function entriesOf(code: string, from: number): readonly Part[] {
  const table = partsFrom(code, from).at(-1);
  return table === undefined ? [] : partsFrom(code, code.indexOf('{', table.offset) + 1);
}

function faultsOf(file: SourceFile): readonly Violation[] {
  const { code } = views(file);
  const fault = (offset: number, rule: string): Violation => ({
    path: file.path,
    line: lineAt(code, offset),
    rule,
  });
  const made = EXPORTED.exec(code);
  const second = [...code.matchAll(/^export\b/gm)][1];
  const branch = /\b(?:if|switch|for|while|try|throw)\b/.exec(code);
  const faults: Violation[] = [];
  if (made === null) faults.push(fault(0, 'must export the result of a wrapper as `handler`'));
  if (second !== undefined) faults.push(fault(second.index, 'exports more than one'));
  if (branch !== null) faults.push(fault(branch.index, `must not decide: ${branch[0]}`));
  const wrapper = WRAPPERS[made?.[1] ?? ''] ?? null;
  if (made === null || wrapper === null) return faults;
  for (const { offset, text } of entriesOf(code, made.index + made[0].length)) {
    const entry = text.trim();
    if (!wrapper.test(entry)) faults.push(fault(offset, 'has an entry that is not wrapped'));
    if (entry.split('\n').length > MAX_LINES) {
      faults.push(fault(offset, `has an entry of more than ${MAX_LINES} lines`));
    }
  }
  return faults;
}

/** Functions that are not made of wrapped use cases. */
export const checkHandlers: Check = (files) =>
  files.filter(({ path }) => FUNCTION.test(path)).flatMap(faultsOf);
