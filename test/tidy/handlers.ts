// A handler is a schema, a use case and a wrapper. Its file must export the wrapper's result: any
// other handler would run without parsing, logging and mapping of failures.

import { type Check, lineAt, type SourceFile, type Violation, views } from './source.ts';

const HANDLER = /^functions\/(?:api|steps|timers|events)\/.*\.tsx?$/;
const MAX_LINES = 40;

function faultsOf(file: SourceFile): readonly Violation[] {
  const { code } = views(file);
  const fault = (offset: number, rule: string): Violation => ({
    path: file.path,
    line: lineAt(code, offset),
    rule,
  });
  const exported = [...code.matchAll(/^export\b/gm)];
  const branch = /\b(?:if|switch|for|while|try|throw)\b/.exec(code);
  const faults: Violation[] = [];
  if (!/^export const handler = (?:api|list|node|step|timer|event)\(/m.test(code))
    faults.push(fault(0, 'must export the result of a wrapper as `handler`'));
  if (exported.length > 1) faults.push(fault(exported[1]?.index ?? 0, 'exports more than one'));
  if (branch !== null) faults.push(fault(branch.index, `must not decide: ${branch[0]}`));
  if (code.trimEnd().split('\n').length > MAX_LINES)
    faults.push(fault(0, `is longer than ${MAX_LINES} lines`));
  return faults;
}

/** Handlers that are not exactly one wrapped use case. */
export const checkHandlers: Check = (files) =>
  files.filter(({ path }) => HANDLER.test(path)).flatMap(faultsOf);
