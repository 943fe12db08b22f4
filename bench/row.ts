// One line of the bench: a ratio or a count measured in this very run, and the limit it must meet.

export type Row = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly holds: boolean;
};

export type Measure = () => Promise<readonly Row[]>;

/** A row whose value may be at most `limit`. */
export function atMost(limit: number, row: Omit<Row, 'limit' | 'holds'>): Row {
  return { ...row, limit, holds: row.value <= limit };
}
