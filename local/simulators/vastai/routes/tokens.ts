// Page tokens: the last row's position in the order, in base64. Callers must treat them as opaque;
// an invalid token is refused.

import { isRow, type Parsed, parseJson, type Row } from '../../kit/json.ts';

export function tokenOf(values: Row): string {
  return Buffer.from(JSON.stringify({ values })).toString('base64');
}

/** The position after which the page starts; null without a token. */
export function parseToken(token: string | null): Parsed<Row | null> {
  if (token === null) return { value: null };
  const json = parseJson(Buffer.from(token, 'base64').toString());
  const values = 'value' in json && isRow(json.value) ? json.value.values : null;
  return isRow(values) && typeof values.id === 'number' ? { value: values } : { problem: token };
}
