// What we use of dynalite 4.0.0, which brings no types. Read from its index.js, November 2026.

declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Makes a server that doesn't listen yet; closing it closes its database. */
  export default function dynalite(options: {
    /** The folder of its files; in memory without one. */
    readonly path?: string;
    /** How long a new table pretends to be in creation. */
    readonly createTableMs: number;
  }): Server;
}
