// Decisions belong in core: a function of a use case that neither calls nor returns anything that
// waits is one that was left behind. The check is textual and knows its limits: a function passes
// that mentions ports or a promise in vain, and so does a lambda within another function.

import { type Check, lineAt, views } from './source.ts';

const USE_CASE = /^shared\/usecases\/.*\.ts$/;
/** Up to the next line that begins something: closing brackets go on with what is open. */
const DECLARATION = /^(?:export |async |function |const ).*(?:\n(?:[ )}\]>|].*)?)*/gm;
const NAMED = /^(export )?(?:async )?(?:(function)\*?|const) (\w+)/;
const WAITS = /\b(?:async|await|Promise|AsyncGenerator|ports|\w+Ports)\b/;

/** What it is that a declaration leaves pure in a use case; null when it is none of that. */
function pureName(declaration: string): string | null {
  const [, exported, keyword, name = ''] = NAMED.exec(declaration) ?? [];
  // A private arrow may adapt arguments; what is exported or long enough to be a statement decides.
  const isFunction = keyword !== undefined || (exported !== undefined && /=>/.test(declaration));
  return isFunction && !WAITS.test(declaration) ? name : null;
}

/** Pure functions in use cases. */
export const checkPureUseCases: Check = (files) =>
  files
    .filter(({ path }) => USE_CASE.test(path))
    .flatMap((file) => {
      const { code } = views(file);
      return [...code.matchAll(DECLARATION)].flatMap(({ 0: declaration, index }) => {
        const name = pureName(declaration);
        if (name === null) return [];
        const rule = `${name} is pure: decisions belong in shared/core`;
        return [{ path: file.path, line: lineAt(code, index), rule }];
      });
    });
