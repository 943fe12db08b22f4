// The types asl-validator 4.0.0 comes without: what we call of it, and nothing more. It writes
// defaults into the definition it is given.

declare module 'asl-validator/dist/src/validator.js' {
  /** Every fault it finds, in one text; empty for a valid definition. */
  function validate(definition: unknown): { errorsText(separator: string): string };
  export = validate;
}
