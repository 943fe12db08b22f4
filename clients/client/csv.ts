// Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet: a text that would be
// taken for a formula is quoted by an apostrophe in front, as spreadsheets themselves do it.

/** Null is an empty field. */
export type Cell = string | number | null;

/** What spreadsheets take for the beginning of a formula (OWASP, CSV injection, 2026). */
const FORMULA = /^[=+\-@\t\r]/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

function field(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  const safe = FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record without its end, which is CR and LF. */
export const csvLine = (cells: readonly Cell[]): string => cells.map(field).join(',');

/** Dollars, exactly: the digits are moved, nothing is divided. */
export function decimalUsd(micros: number): string {
  const digits = String(Math.abs(micros)).padStart(7, '0');
  const whole = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  return micros < 0 ? `-${whole}` : whole;
}
