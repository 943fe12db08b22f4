// The schemas of Vast.ai's replies, as far as the adapter uses them (documentation of August 2026,
// raw rows of June 2026). Other fields are ignored. An unreadable field of a reply is a failure
// that names it; an unreadable field of a row of a list costs only that field, or that row.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';

/** Some numbers are text. */
const numeric = z.union([
  z.number(),
  z.pipe(z.string().check(z.regex(/^-?\d+(\.\d+)?$/)), z.transform(Number)),
]);
/** Dollars of one instance, offer or charge: above this, a number means nothing. */
const MAX_USD = 1_000_000;
const dollars = numeric.check(z.gte(-MAX_USD), z.lte(MAX_USD));

/** Sizes and counts: above this, a number means nothing. */
const MAX_SIZE = 1e9;
const size = numeric.check(z.gte(-MAX_SIZE), z.lte(MAX_SIZE));
/** Until the year 5138. */
const seconds = numeric.check(z.gte(0), z.lte(1e11));

const id = z.pipe(
  z.union([z.int().check(z.gte(1)), z.string().check(z.regex(/^[1-9]\d{0,15}$/))]),
  z.transform(String),
);
/** In Vast.ai's replies, absent and null are equal. */
const maybe = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));
const text = maybe(z.string());

/** The fields for paging: without id and price there is no next page. */
export const AskCursor = z.object({ id, dph_total: dollars });

export const Ask = z.object({
  id,
  machine_id: id,
  gpu_name: z.string(),
  num_gpus: z.int().check(z.gte(0), z.lte(1_024)),
  /** Megabytes of each GPU. */
  gpu_ram: size,
  /** Dollars per hour for the whole offer; `dph_total` includes the requested storage. */
  dph_base: dollars,
  dph_total: dollars,
  /** Dollars per gigabyte and month. */
  storage_cost: dollars,
  /** Dollars per gigabyte. */
  inet_up_cost: dollars,
  inet_down_cost: dollars,
  /** Megabits per second, as the marketplace measured them; an odd value is unknown. */
  inet_up: z.catch(maybe(size), null),
  inet_down: z.catch(maybe(size), null),
  /** Gigabytes. */
  disk_space: size,
  reliability2: size,
  verification: z.string(),
  rentable: z.boolean(),
  rented: z.boolean(),
  is_bid: maybe(z.boolean()),
  external: maybe(z.boolean()),
  direct_port_count: size,
  geolocation: z.catch(text, null),
  /** Seconds since 1970. */
  end_date: z.catch(maybe(seconds), null),
});
export type Ask = z.infer<typeof Ask>;

export const AskPage = z.object({ offers: z.array(z.unknown()) });

export const Created = z.object({ new_contract: maybe(id) });

/** The year 5138: above this, a number is no time in seconds. */
const MAX_SECONDS = 100_000_000_000;

/** A field of a row: null when it is missing or unreadable. */
const soft = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.catch(z._default(z.nullable(schema), null), null);
const softText = soft(z.string());

export const Row = z.object({
  id: soft(id),
  label: softText,
  /** Null is a status, unlike a missing one. */
  actual_status: z.catch(text, undefined),
  intended_status: softText,
  cur_state: softText,
  next_state: softText,
  status_msg: softText,
  dph_total: soft(dollars),
  public_ipaddr: softText,
  ssh_host: softText,
  ssh_port: soft(numeric),
  image_runtype: softText,
  /** What identifies an instance besides its label: seconds since 1970, the host, the image. */
  start_date: soft(numeric.check(z.lte(MAX_SECONDS))),
  machine_id: soft(id),
  image_uuid: softText,
  /** Docker's port map of a running instance; one document shows an array of numbers. */
  ports: z.optional(z.unknown()),
});
export type Row = z.infer<typeof Row>;

const AnyRow = z.record(z.string(), z.unknown());
type AnyRow = z.infer<typeof AnyRow>;

/** A row, and the names of its unreadable fields. A row without an id is named by `id`. */
export function readRow(json: unknown): { readonly row: Row; readonly unreadable: string[] } {
  const given: AnyRow = AnyRow.safeParse(json).data ?? {};
  const row = Row.parse(given);
  const unreadable = Object.entries(row).flatMap(([name, value]) =>
    (value ?? null) === null && (given[name] ?? null) !== null ? [name] : [],
  );
  const isNamed = row.id !== null || unreadable.includes('id');
  return { row, unreadable: isNamed ? unreadable : ['id', ...unreadable] };
}

/** The SSH entry of Docker's port map. */
export const SshPort = z.object({
  '22/tcp': z.tuple([z.object({ HostPort: numeric })], z.unknown()),
});

export const OneInstance = z.object({ instances: z.nullable(AnyRow) });

const page = { next_token: text };
export const InstancePage = z.object({
  ...page,
  total_instances: maybe(numeric),
  instances: z.array(z.unknown()),
});

export const Charge = z.object({
  /** What was paid for: an instance, or something else. */
  source: softText,
  /** Dollars, to a tenth of a cent; a refund is negative. */
  amount: soft(dollars),
  /** Seconds since 1970. */
  start: soft(seconds),
  end: soft(seconds),
  metadata: soft(z.object({ label: text })),
});
export type Charge = z.infer<typeof Charge>;

/** A source that starts as one of an instance must name it. */
const isWrongSource = (source: string | null): boolean =>
  source === null || (source.startsWith('instance') && !/^instance-[1-9]\d{0,15}$/.test(source));

/** A row of charges, and the names of its missing or unreadable fields. */
export function readCharge(json: unknown): { readonly row: Charge; readonly unreadable: string[] } {
  const given: AnyRow = AnyRow.safeParse(json).data ?? {};
  const row = Charge.parse(given);
  const needed = Object.entries(row).flatMap(([name, value]) =>
    value === null && (name !== 'metadata' || (given[name] ?? null) !== null) ? [name] : [],
  );
  if (!isWrongSource(row.source)) return { row, unreadable: needed };
  return { row: { ...row, source: null }, unreadable: [...new Set(['source', ...needed])] };
}

export const ChargePage = z.object({
  ...page,
  total: maybe(numeric),
  results: z.array(z.unknown()),
});

/** An account without a readable id is unknown, which proves nothing. */
export const UserId = z.object({ id });
/** `credit` is the prepaid amount; the documented `balance` may be 0 beside it. */
export const User = z.object({ credit: maybe(numeric) });

/** Parses `json`. Throws BadReply with `endpoint` and the field, never its value. */
export function readWire<Schema extends z.ZodMiniType>(
  schema: Schema,
  json: unknown,
  endpoint: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new Failure(
    'BadReply',
    `vastai ${endpoint}: the field "${field}" is missing or not valid`,
    { field },
  );
}
