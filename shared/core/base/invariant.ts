// A broken invariant is a bug in this program: it is thrown, never caught, and always alarms.

/** Thrown when the program contradicts itself. Its name is literal so that minifying keeps it. */
class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/** Throws InvariantBroken with `message` unless `condition` holds. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(message);
}

/** For the `default` of an exhaustive switch: reached only when a type lied. */
export function unreachable(value: never): never {
  throw new InvariantBroken(`unreachable: ${JSON.stringify(value)}`);
}
