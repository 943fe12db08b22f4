// The keys that open a simulator's account, under the provider's own names for its key fields.

export type Keys = Readonly<Record<string, string>>;

/** The value of one key field. Throws RangeError when nobody gave it. */
export function keyIn(keys: Keys, field: string): string {
  const value = keys[field];
  if (value === undefined) throw new RangeError(`the simulator was given no ${field}`);
  return value;
}

const wordsOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => ` ${letter}`);

/** Its flag, without dashes: `apiKey` is `api-key`. */
export const flagOf = (field: string): string => wordsOf(field).toLowerCase().replaceAll(' ', '-');

/** Its variable: `apiKey` is `SIM_API_KEY`. It goes before the flag: everyone can read that. */
export const variableOf = (field: string): string =>
  `SIM_${wordsOf(field).toUpperCase().replaceAll(' ', '_')}`;
