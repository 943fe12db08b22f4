// One row of the bench: a ratio or a count of this run, and its limit.

export type Row = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  /** Whether the limit is a maximum or a minimum. */
  readonly side: 'most' | 'least';
  readonly holds: boolean;
};

export type Measure = () => Promise<readonly Row[]>;

type Value = Pick<Row, 'name' | 'value' | 'unit'>;

/** A row whose value must be at most `limit`. */
export function atMost(limit: number, row: Value): Row {
  return { ...row, limit, side: 'most', holds: row.value <= limit };
}

/** A row whose value must be at least `limit`. */
export function atLeast(limit: number, row: Value): Row {
  return { ...row, limit, side: 'least', holds: row.value >= limit };
}
