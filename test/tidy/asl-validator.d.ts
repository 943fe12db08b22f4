// asl-validator has no types of its own. It writes defaults into what it is given.

declare module 'asl-validator' {
  function validate(definition: unknown): { errorsText(separator: string): string };
  export = validate;
}
