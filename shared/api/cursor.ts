// Cursors of lists: the end of a page, as `<base64url of JSON>.<mac>`. The mac covers the route and
// the caller, so that a forged, edited or foreign cursor is refused. A cursor grants no access: the
// route checks what the caller may read.

import type * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import type { ConsumerId } from '../core/base/ids.ts';
import type { Signer } from '../core/instance/ownership.ts';

/** 32 hex digits: 128 bits. */
const MAC_LENGTH = 32;
const CURSOR = /^([\w-]+)\.([0-9a-f]{32})$/;

/** The list and the caller of a cursor. */
export type CursorOwner = { readonly route: string; readonly consumer: ConsumerId };

/** Writes and reads the cursors of one list for one caller. */
export type Cursors = ReturnType<typeof createCursors>;

const refused = (): Failure =>
  new Failure('BadRequest', 'cursor: must be the nextCursor of the previous page of this list', {
    field: 'cursor',
  });

export function createCursors({ route, consumer }: CursorOwner, signer: Signer) {
  /** As JSON, since names joined by a separator would be ambiguous. */
  const signed = (place: string): string => JSON.stringify([route, consumer, place]);
  return {
    /** The cursor of the page after `place`; null when there is no further page. */
    write(place: object | null): string | null {
      if (place === null) return null;
      const text = Buffer.from(JSON.stringify(place)).toString('base64url');
      return `${text}.${signer.mac(signed(text)).slice(0, MAC_LENGTH)}`;
    },
    /** The place after which the page starts; null for the first page. Throws BadRequest. */
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
