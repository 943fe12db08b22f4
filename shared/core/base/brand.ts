// Nominal types. A branded value can only be made by its own constructor, so that an amount can't
// be passed where an instant is meant.

declare const brand: unique symbol;

export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
