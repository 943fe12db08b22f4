// A broken invariant is a bug in this program: it is never caught, and it always raises an alarm.

/** The error of a broken invariant. Its name is literal so that minifying keeps it. */
class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/** Throws InvariantBroken with `message` unless `condition` holds. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(message);
}

/** For the `default` of an exhaustive switch: reached only when a value does not match its type. */
export function unreachable(value: never): never {
  throw new InvariantBroken(`unreachable: ${JSON.stringify(value)}`);
}
