// One word per thing: synonyms of the project's terms are banned. Identifiers are split into words,
// so that `killInstance` is found like "kill the instance".

import { type Check, matches, type SourceFile, type Violation } from './source.ts';

export type Synonym = {
  readonly word: RegExp;
  readonly say: string;
  readonly except?: RegExp;
};

/** The files that list the banned words, and base64, which may spell one. */
const HERE = /^test\/tidy|^shared\/agent\/packed\.ts$/;
/** Files with a provider's own words: wire formats and raw replies. */
const WIRE = /^(?:test\/)?(?:shared\/adapters\/providers|local\/simulators|fixtures)\//;

const SYNONYMS: readonly Synonym[] = [
  { word: /\breap(?:er|ers|ing)?\b/gi, say: 'sweep' },
  {
    word: /\bzombies?\b/gi,
    say: 'orphan, ghost or twin',
    // In these files it is the name of a simulated fault.
    except: /^(?:local|test|bench|simulation)\/|^(?:ARCHITECTURE|README)\.md$/,
  },
  {
    word: /(?<!\bssh |\brole\b[^'"\n]*)\bsessions?\b(?! (?:tokens?|names?|policy)\b)/gi,
    say: 'lease',
    except: WIRE,
  },
  { word: /\b(?:vms?|virtual machines?)\b/gi, say: 'instance', except: WIRE },
  { word: /(?<!\brun )\bpods?\b/gi, say: 'instance', except: WIRE },
  {
    word: /\bkill(?:s|ed|ing)? (?:\w+ ){0,2}(?:instances?|machines?|leases?)\b/gi,
    say: 'destroy',
  },
];

/** Splits names into their words without moving a line. */
const spoken = (text: string): string =>
  text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]/g, ' ');

/** Every use of `synonyms` in code, comments and documents. */
export function usesOf(
  files: readonly SourceFile[],
  synonyms: readonly Synonym[],
): readonly Violation[] {
  return files
    .filter(({ path }) => /\.(?:tsx?|md|json|sh)$/.test(path) && !HERE.test(path))
    .flatMap((file) =>
      synonyms
        .filter(({ except }) => !except?.test(file.path))
        .flatMap(({ word, say }) =>
          matches(file, { text: spoken(file.text), pattern: word, rule: `say ${say}` }),
        ),
    );
}

export const checkWords: Check = (files) => usesOf(files, SYNONYMS);
