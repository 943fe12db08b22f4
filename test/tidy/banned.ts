// Calls and words that are banned where they stand, each with the reason a reader needs. A rule
// looks at code, at comments or at everything but comments, never at all of them at once.

import { type Check, matches, type SourceFile, views } from './source.ts';

type Ban = {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly view: 'code' | 'comments' | 'uncommented';
  readonly in?: RegExp;
  readonly except?: RegExp;
};

const PURE = /^shared\/(?:core|ports|usecases)\/.*\.tsx?$/;
const SOURCE = /\.tsx?$/;
/** Reading the deployed service's clock is what this file is for. */
const RUNTIME = /^shared\/app\/runtime\.ts$/;
/** Where the outside begins, and the sweep: one bad instance must not stop the others. */
const CATCHERS = new RegExp(
  [
    '^(?:shared/adapters|local|clients|bench|simulation|scripts|test|infra)/',
    '^functions/wrap/',
    '^shared/usecases/sweep/',
  ].join('|'),
);
const MICRO_USD = '\\w*[mM]icroUsd(?:PerHour)?\\b';

export const BANS: readonly Ban[] = [
  {
    rule: 'reads a clock: time comes in as a value',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./g,
    view: 'code',
    in: /^shared\/.*\.tsx?$/,
    except: RUNTIME,
  },
  {
    rule: 'draws lots: chance comes in through a port',
    pattern: /\bMath\.random\b/g,
    view: 'code',
    in: /^shared\/.*\.tsx?$/,
  },
  {
    rule: 'waits by itself: waiting comes in through a port',
    pattern: /(?<![.\w])set(?:Timeout|Interval|Immediate)\s*\(/g,
    view: 'code',
    in: /^shared\/.*\.tsx?$/,
  },
  {
    rule: 'reaches outside: only adapters do',
    pattern: /\bprocess\.|(?<![.\w])fetch\s*\(|\brandomUUID\b|\bcrypto\./g,
    view: 'code',
    in: PURE,
  },
  {
    rule: 'reads the environment: only shared/app/config.ts does',
    pattern: /\bprocess\.env\b/g,
    view: 'code',
    in: SOURCE,
    except:
      /^(?:shared\/app\/config\.ts|local\/|clients\/cli\/|bench\/|simulation\/|test\/|infra\/)/,
  },
  {
    rule: 'prints: only composition roots do',
    pattern: /\bconsole\./g,
    view: 'code',
    in: SOURCE,
    except: /^(?:local|clients|bench|simulation|scripts)\//,
  },
  {
    rule: 'calculates with money: only shared/core/base/money.ts multiplies and divides it',
    pattern: new RegExp(
      `${MICRO_USD}\\)?\\s*[*/]|[*/]=?\\s*\\(?(?:\\w+\\??\\.)*${MICRO_USD}(?!\\()`,
      'g',
    ),
    view: 'code',
    in: /^(?:shared|functions|clients|local|infra)\/.*\.tsx?$/,
    // Simulators share no code with us, and speak of dollars.
    except: /^shared\/core\/base\/money\.ts$|^local\/simulators\//,
  },
  { rule: 'uses `as any`', pattern: /\bas any\b/g, view: 'code', in: SOURCE },
  {
    rule: 'switches the type checker off',
    pattern: /@ts-(?:ignore|nocheck)\b/g,
    view: 'comments',
    in: SOURCE,
  },
  {
    rule: 'expects a type error outside test/types',
    pattern: /@ts-expect-error\b/g,
    view: 'comments',
    in: SOURCE,
    except: /^test\/types\//,
  },
  {
    rule: 'expects a type error without a reason',
    pattern: /@ts-expect-error\W*$/gm,
    view: 'comments',
    in: /^test\/types\//,
  },
  {
    rule: 'leaves tests out',
    pattern: /\b(?:it|test|describe|suite)\b[\w.]*\.(?:skip|only|todo)\b/g,
    view: 'code',
    in: SOURCE,
  },
  {
    rule: 'puts work off: write an issue or a decision',
    pattern: /\b(?:TODO|FIXME|XXX)\b/g,
    view: 'comments',
  },
  {
    rule: 'has a default export',
    pattern: /\bexport default\b|\bas default\b/g,
    view: 'code',
    in: SOURCE,
    except: /^vitest\.config\.ts$|\.d\.ts$/,
  },
  { rule: 'is a barrel', pattern: /\bexport \*/g, view: 'code', in: SOURCE },
  {
    // Biome sees this on mutable arrays only (2.5.15), and ours are readonly.
    rule: 'drops promises: forEach waits for none',
    pattern: /\.forEach\(\s*async\b/g,
    view: 'code',
    in: SOURCE,
  },
  {
    rule: 'catches: failures must reach the caller',
    pattern: /\bcatch\s*[({]/g,
    view: 'code',
    in: SOURCE,
    except: CATCHERS,
  },
  {
    rule: 'stops an execution: a lease leaves through its own teardown',
    pattern: /\bStopExecution(?:Command)?\b|\bstopExecution\b/g,
    view: 'uncommented',
    in: /\.(?:tsx?|json)$/,
    except: /^test\/tidy/,
  },
];

const covers = (ban: Ban, { path }: SourceFile): boolean =>
  (ban.in?.test(path) ?? true) && !(ban.except?.test(path) ?? false);

/** Everything banned, wherever it is banned. */
export const checkBans: Check = (files) =>
  files.flatMap((file) =>
    BANS.filter((ban) => covers(ban, file)).flatMap(({ rule, pattern, view }) =>
      matches(file, { text: views(file)[view], pattern, rule }),
    ),
  );
