// Comma-separated values as RFC 4180 defines them, safe to open in a spreadsheet: a text that a
// spreadsheet would run as a formula gets an apostrophe in front, which spreadsheets read as a
// quote.

/** Null is an empty field. */
export type Cell = string | number | null;

/** The characters that start a formula in spreadsheets (OWASP, CSV injection, 2026). */
const FORMULA = /^[=+\-@\t\r]/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

function field(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  const safe = FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record without the CR and LF at its end. */
export const csvLine = (cells: readonly Cell[]): string => cells.map(field).join(',');

/** Exact dollars: it moves digits and divides nothing. */
export function decimalUsd(micros: number): string {
  const digits = String(Math.abs(micros)).padStart(7, '0');
  const whole = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  return micros < 0 ? `-${whole}` : whole;
}
