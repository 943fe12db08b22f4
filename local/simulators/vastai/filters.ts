// The query language of searches and lists: `{field: {op: value}}` and `[[field, "asc"]]`, with the
// provider's own errors for unknown fields and operators. An unknown filter must never be ignored.

import { isRow, type Parsed, type Row } from '../kit/json.ts';

type Operator = (value: unknown, wanted: unknown) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  eq: (value, wanted) => value === wanted,
  neq: (value, wanted) => value !== wanted,
  gt: (value, wanted) => compare(value, wanted, (order) => order > 0),
  lt: (value, wanted) => compare(value, wanted, (order) => order < 0),
  gte: (value, wanted) => compare(value, wanted, (order) => order >= 0),
  lte: (value, wanted) => compare(value, wanted, (order) => order <= 0),
  in: (value, wanted) => Array.isArray(wanted) && wanted.includes(value),
  notin: (value, wanted) => Array.isArray(wanted) && !wanted.includes(value),
};

export type Condition = { readonly field: string; readonly test: (row: Row) => boolean };

/** The conditions of a filter object, or the unknown field or operator in it. */
export function parseFilters(
  filters: Row,
  isField: (field: string) => boolean,
): Parsed<Condition[]> {
  const conditions: Condition[] = [];
  for (const [field, tests] of Object.entries(filters)) {
    if (!isField(field) || !isRow(tests)) return { problem: field };
    for (const [name, wanted] of Object.entries(tests)) {
      const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
      if (operator === undefined) return { problem: name };
      conditions.push({ field, test: (row) => operator(row[field], wanted) });
    }
  }
  return { value: conditions };
}

export type Ordering = { readonly field: string; readonly descending: boolean };

/** Sorts by each ordering in turn; missing values come first. */
export function comparator(orderings: readonly Ordering[]): (left: Row, right: Row) => number {
  return (left, right) => {
    for (const { field, descending } of orderings) {
      const order = rank(left[field], right[field]);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

function rank(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (left === null || left === undefined) return -1;
  if (right === null || right === undefined) return 1;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left) < String(right) ? -1 : 1;
}

/** Only two numbers or two strings can be compared. */
function compare(left: unknown, right: unknown, holds: (order: number) => boolean): boolean {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string');
  return comparable && holds(rank(left, right));
}

/** Unknown columns are null; `*` means all columns. */
export function pickColumns(row: Row, columns: readonly string[]): Row {
  if (columns.includes('*')) return row;
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}
