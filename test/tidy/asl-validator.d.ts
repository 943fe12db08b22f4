// What we use of asl-validator 4.0.0, which brings no types. It writes defaults into its argument.

declare module 'asl-validator/dist/src/validator.js' {
  function validate(definition: unknown): { errorsText(separator: string): string };
  export = validate;
}
