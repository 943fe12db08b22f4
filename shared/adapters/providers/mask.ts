// Masks a provider's key in what the provider returns. A reply may quote the request, its headers
// or its URL, and parts of replies are stored in events, which consumers read, and in logs.

const MASK = '***';

/** A shorter part of a key does not reveal it. */
const MIN_PART = 8;

/** How many digits of base64 depend on what precedes the key, for 0, 1 and 2 preceding bytes. */
const PRECEDING_DIGITS = [0, 2, 3] as const;

/** The key in base64, alone or after other bytes such as `user:`, without its neighbors' digits. */
function base64Forms(key: string): readonly string[] {
  return PRECEDING_DIGITS.flatMap((digits, bytes) => {
    const preceded = Buffer.from(`${' '.repeat(bytes)}${key}`);
    const end = Math.floor((preceded.length * 8) / 6);
    const form = preceded.toString('base64').slice(digits, end);
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The key in each form in which a reply may quote it. */
function formsOf(key: string): readonly string[] {
  const url = encodeURIComponent(key);
  const lowerUrl = url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const form = new URLSearchParams({ key }).toString().slice('key='.length);
  const json = JSON.stringify(key).slice(1, -1);
  const hex = Buffer.from(key).toString('hex');
  const all = [key, url, lowerUrl, form, json, hex, hex.toUpperCase(), ...base64Forms(key)];
  return [...new Set(all)].filter((each) => each !== '');
}

type Range = { readonly from: number; readonly to: number };

function positionsOf(text: string, part: string): readonly number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) positions.push(at);
  return positions;
}

/** Where the text has a start of the form. */
function startsIn(text: string, form: string): readonly Range[] {
  return positionsOf(text, form.slice(0, MIN_PART)).map((from) => {
    let length = 0;
    while (length < form.length && text[from + length] === form[length]) length += 1;
    return { from, to: from + length };
  });
}

/** Where the text has an end of the form. */
function endsIn(text: string, form: string): readonly Range[] {
  const part = form.slice(-MIN_PART);
  return positionsOf(text, part).map((at) => {
    const to = at + part.length;
    let length = 0;
    while (length < form.length && text[to - 1 - length] === form[form.length - 1 - length]) {
      length += 1;
    }
    return { from: to - length, to };
  });
}

/** The text with a mask in place of each group of ranges that touch. */
function replaceRanges(text: string, ranges: readonly Range[]): string {
  const parts: string[] = [];
  let end = 0;
  let isMasked = false;
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    if (from > end || !isMasked) parts.push(text.slice(end, from), MASK);
    end = Math.max(end, to);
    isMasked = true;
  }
  return [...parts, text.slice(end)].join('');
}

export type Mask = (text: string) => string;

/**
 * Masks the key in a text: as it is, URL-encoded, in JSON, hex and base64, and each start and end
 * of these.
 */
export function createMask(key: string): Mask {
  const forms = formsOf(key);
  return (text) => {
    const ranges = forms.flatMap((form) => [...startsIn(text, form), ...endsIn(text, form)]);
    return ranges.length === 0 ? text : replaceRanges(text, ranges);
  };
}
