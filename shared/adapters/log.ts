// The log of a deployed function: one line of JSON for each event, written by Powertools. Only the
// fields of the allow-list reach a line, so that no secret can.

import { Logger } from '@aws-lambda-powertools/logger';
import type { LogLine } from '../ports/log.ts';

/** The fields of a line; everything else is dropped, whoever added it. */
const FIELDS = ['level', 'timestamp', 'kind', 'error', 'message', 'id', 'requestId'] as const;

/** The line with the fields of the allow-list that hold text. */
function allowed(line: object): Readonly<Record<string, string>> {
  const values: Readonly<Record<string, unknown>> = { ...line };
  return Object.fromEntries(
    FIELDS.flatMap((field) => {
      const value = values[field];
      return typeof value === 'string' ? [[field, value] as const] : [];
    }),
  );
}

/** `JSON.stringify` passes the whole line first, under an empty key. */
const allowListed = (key: string, value: unknown): unknown =>
  key === '' ? allowed(Object(value)) : value;

/** Writes lines to standard output: a line with an error at level ERROR, others at INFO. */
export function createLog(): (line: LogLine) => void {
  const logger = new Logger({ logLevel: 'INFO', jsonReplacerFn: allowListed });
  return ({ message = '', ...fields }) => {
    if (fields.error === undefined) logger.info(message, fields);
    else logger.error(message, fields);
  };
}
