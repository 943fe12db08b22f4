// Page tokens: the last row's place in the order, in base64. Callers must treat them as opaque; a
// token that we didn't hand out is refused.

import { isRow, type Parsed, parseJson, type Row } from '../../kit/json.ts';

export function tokenOf(values: Row): string {
  return Buffer.from(JSON.stringify({ values })).toString('base64');
}

/** The place to go on after; null without a token. */
export function parseToken(token: string | null): Parsed<Row | null> {
  if (token === null) return { value: null };
  const json = parseJson(Buffer.from(token, 'base64').toString());
  const values = 'value' in json && isRow(json.value) ? json.value.values : null;
  return isRow(values) && typeof values.id === 'number' ? { value: values } : { problem: token };
}
