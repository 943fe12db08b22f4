// The API keys of a simulator's account, by the provider's own names for the key fields.

export type Keys = Readonly<Record<string, string>>;

/** The value of one key field. Throws RangeError when it is missing. */
export function keyIn(keys: Keys, field: string): string {
  const value = keys[field];
  if (value === undefined) throw new RangeError(`the simulator needs a value for ${field}`);
  return value;
}

const splitWords = (field: string): string => field.replace(/[A-Z]/g, (letter) => ` ${letter}`);

/** The flag of a key field, without dashes: `apiKey` is `api-key`. */
export const flagOf = (field: string): string =>
  splitWords(field).toLowerCase().replaceAll(' ', '-');

/** Its variable: `apiKey` is `SIM_API_KEY`. It overrides the flag, which all users can read. */
export const variableOf = (field: string): string =>
  `SIM_${splitWords(field).toUpperCase().replaceAll(' ', '_')}`;
