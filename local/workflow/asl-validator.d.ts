// Types for asl-validator 4.0.0, which has none: only the function that we call. It writes
// defaults into the definition that it validates.

declare module 'asl-validator/dist/src/validator.js' {
  /** All errors in one text; empty for a valid definition. */
  function validate(definition: unknown): { errorsText(separator: string): string };
  export = validate;
}
