// Stored records that can't be read. Where many records are read for one purpose, an unreadable one
// is left out and reported: it must not cost the others, and must not count as missing.

import type { UnreadableRecord } from '../core/sweep/unreadable.ts';

export type ReportUnreadable = (record: UnreadableRecord) => void;
