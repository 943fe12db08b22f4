// Cursors of lists: where a page ended, as `<base64url of JSON>.<mac>`. The mac covers the route
// and the caller, so that a cursor which is forged, edited, or from another list is refused. A
// cursor grants nothing: what a caller may read is decided without it.

import type * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import type { ConsumerId } from '../core/base/ids.ts';
import type { Signer } from '../core/instance/ownership.ts';

/** 32 hex digits: 128 bits. */
const MAC_LENGTH = 32;
const CURSOR = /^([\w-]+)\.([0-9a-f]{32})$/;

/** The list that a cursor belongs to, and who reads it. */
export type CursorOwner = { readonly route: string; readonly consumer: ConsumerId };

/** Writes and reads the cursors of one list for one caller. */
export type Cursors = ReturnType<typeof createCursors>;

const refused = (): Failure =>
  new Failure('BadRequest', 'cursor: must be the nextCursor of the page before, for this list', {
    field: 'cursor',
  });

export function createCursors({ route, consumer }: CursorOwner, signer: Signer) {
  /** As JSON, since names joined by a separator could be read in two ways. */
  const signed = (place: string): string => JSON.stringify([route, consumer, place]);
  return {
    /** The cursor that goes on after `place`; null stays null: there is no further page. */
    write(place: object | null): string | null {
      if (place === null) return null;
      const text = Buffer.from(JSON.stringify(place)).toString('base64url');
      return `${text}.${signer.mac(signed(text)).slice(0, MAC_LENGTH)}`;
    },
    /** Where the page begins; null without a cursor: at the beginning. Throws BadRequest. */
    read<Place>(schema: z.ZodMiniType<Place>, cursor: string | undefined): Place | null {
      if (cursor === undefined) return null;
      const [, text = '', mac = ''] = CURSOR.exec(cursor) ?? [];
      if (!signer.verify(signed(text), mac)) throw refused();
      // The mac proves that `write` made this JSON.
      const place = schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
      if (!place.success) throw refused();
      return place.data;
    },
  };
}
