// Nominal types. A branded value can only be made by its own constructor, so that an amount cannot
// be passed as an instant.

declare const brand: unique symbol;

export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
