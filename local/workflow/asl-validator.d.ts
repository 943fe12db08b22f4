// The types asl-validator 4.0.0 comes without: what we call of it, and nothing more.

declare module 'asl-validator' {
  /** Adds `QueryLanguage` to the states of the definition it is given: hand it a copy. */
  export default function validate(
    definition: unknown,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): { isValid: boolean; errorsText(separator?: string): string };
}
