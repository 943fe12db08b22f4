// Types for the part of dynalite 4.0.0 in use; it ships none. Read from its index.js, November
// 2026.

declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Creates a server that does not listen yet; closing it closes its database. */
  export default function dynalite(options: {
    /** The folder of the database; in memory by default. */
    readonly path?: string;
    /** How long a new table has the status CREATING. */
    readonly createTableMs: number;
  }): Server;
}
