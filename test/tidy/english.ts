// Plain English: words that are banned, each with its standard term. Synonyms of the project's own
// terms are in words.ts.

import { type Check, matches, views } from './source.ts';
import { type Synonym, usesOf } from './words.ts';

/** Files in which "machine" may mean a state machine or a machine of a simulated market. */
const MACHINES =
  /^(?!(?:shared|functions|clients|bench|simulation|docs)\/|README)|^shared\/adapters\/providers\//;
const DIALECT: readonly Synonym[] = [
  { word: /\banew\b/gi, say: 'again' },
  { word: /\bdear(?:er|est)\b/gi, say: 'more expensive' },
  { word: /\breckon(?:s|ed|ing)?\b/gi, say: 'compute' },
  { word: /\bshall\b/gi, say: 'must or will' },
  { word: /\bwhom\b/gi, say: 'who, or name it' },
  { word: /\b(?:un)?told\b/gi, say: 'reported, notified or received' },
  { word: /\b(?:begun|began)\b/gi, say: 'started' },
  { word: /(?<!\bsockets 1000 )\bbeat(?:s|en|ing)?\b/gi, say: 'heartbeat' },
  { word: /\bc(?:o|a)mes? of (?:it|that|this)\b/gi, say: 'results' },
  { word: /\bentwined?\b/gi, say: 'interleaved' },
  { word: /\b(?:set|sets|setting) going\b/gi, say: 'start' },
  { word: /\b(?:lest|hitherto|therein|thereof|thereby|whence|thence)\b/gi, say: 'it plainly' },
  {
    word: /(?<!(?:state|start) )\bmachines?\b(?!\/)/gi,
    say: "instance, or host when it is the provider's",
    except: MACHINES,
  },
];

/** The name of a limit starts with `min` or `max`; that of a function with a verb. */
const NAMES = [
  { pattern: /\b[a-z]\w+(?<!^at)(?:Most|Least)\b/g, rule: 'name limits min and max' },
  {
    pattern:
      /\b(?:function (?:told|seen|known|mine|answered|asked|notMade|fades)\b|const (?:told|seen|known|mine|answered|asked|notMade|fades) = (?:async )?\()/g,
    rule: 'name functions by verb and object',
  },
];
/** The bench's functions `atMost` and `atLeast` create rows. */
const ROW_MAKERS = /^bench\//;

export const checkEnglish: Check = (files) => [
  ...usesOf(files, DIALECT),
  ...files
    .filter(({ path }) => /\.tsx?$/.test(path) && !ROW_MAKERS.test(path))
    .flatMap((file) => NAMES.flatMap((name) => matches(file, { ...name, text: views(file).code }))),
];
