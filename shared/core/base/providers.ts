// The marketplaces we know how to speak to.

import * as z from 'zod/mini';

export const ProviderName = z.enum(['vastai']);
export type ProviderName = z.infer<typeof ProviderName>;
