// Decisions belong in core: a function in a use case that neither calls a port nor returns a
// promise is a decision. The check is textual and has limits: a function that only mentions ports
// or a promise passes, and so does a function within another function.

import { type Check, lineAt, views } from './source.ts';

const USE_CASE = /^shared\/usecases\/.*\.ts$/;
/** The text up to the next line that starts a declaration; closing brackets do not start one. */
const DECLARATION = /^(?:export |async |function |const ).*(?:\n(?:[ )}\]>|].*)?)*/gm;
const NAMED = /^(export )?(?:async )?(?:(function)\*?|const) (\w+)/;
const WAITS = /\b(?:async|await|Promise|AsyncGenerator|ports|\w+Ports)\b/;

/** The name of the pure function that a declaration defines; null for other declarations. */
function pureName(declaration: string): string | null {
  const [, exported, keyword, name = ''] = NAMED.exec(declaration) ?? [];
  // A private one-line arrow may adapt arguments; exported or longer functions are decisions.
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
