// Words an issue of a zod schema as the rule that the value breaks: what the field must be.
// zod/mini has no messages of its own; a message of the schema takes precedence over these.

import type * as z from 'zod/mini';

type Issue = z.core.$ZodRawIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

const sizeRule = (origin: string, bound: string): string => {
  const unit = UNITS[origin];
  return unit === undefined ? `must be ${bound}` : `must have ${bound}${unit}`;
};

/** What is allowed, such as `must be a whole number`. It never quotes the value. */
export function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const type = TYPES[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is required and must be ${type}` : `must be ${type}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'too_big':
      return sizeRule(issue.origin, `at most ${issue.maximum}`);
    case 'too_small':
      return sizeRule(issue.origin, `at least ${issue.minimum}`);
    case 'unrecognized_keys':
      return 'is not a known field';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a name that is not valid';
    default:
      return 'is not valid';
  }
}
