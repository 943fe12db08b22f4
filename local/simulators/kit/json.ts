// Parses JSON from a client: the value, or the invalid text. It must never throw. Writes JSON as
// the Python encoder of many providers does.

export type Row = Readonly<Record<string, unknown>>;
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function parseJson(text: string): Parsed<unknown> {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: text };
  }
}

const nan = '<NaN>';

/** NaN is written as `NaN`, which is not valid JSON. */
export function toPythonJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) => (Number.isNaN(each) ? nan : each));
  return text.replaceAll(`"${nan}"`, 'NaN');
}
