// The loose form of a reply's schema. The service may be newer than this client: the loose form
// keeps unknown fields, and unknown values of an enum. Every known field is required, with a value
// of its type.

import * as z from 'zod/mini';
// By name: the namespace z.core would bring all of zod into a browser's bundle, locales included.
import {
  $ZodArray,
  $ZodEnum,
  $ZodNullable,
  $ZodObject,
  $ZodOptional,
  $ZodRecord,
  type $ZodType,
  $ZodUnion,
} from 'zod/v4/core';

type Schema = $ZodType;

const loosenedBySchema = new WeakMap<Schema, Schema>();

const isText = (value: unknown): boolean => typeof value === 'string';

/** The same schema, loose at every depth. Each schema is loosened once. */
function loosen(schema: Schema): Schema {
  const before = loosenedBySchema.get(schema);
  if (before !== undefined) return before;
  const made = make(schema);
  loosenedBySchema.set(schema, made);
  return made;
}

function make(schema: Schema): Schema {
  if (schema instanceof $ZodObject) {
    const { def } = schema._zod;
    const fields = Object.entries(def.shape).map(([name, field]) => [name, loosen(field)]);
    return z.clone(schema, { ...def, shape: Object.fromEntries(fields), catchall: z.unknown() });
  }
  if (schema instanceof $ZodArray) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, element: loosen(def.element) });
  }
  if (schema instanceof $ZodUnion) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, options: def.options.map(loosen) });
  }
  if (schema instanceof $ZodNullable || schema instanceof $ZodOptional) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, innerType: loosen(def.innerType) });
  }
  if (schema instanceof $ZodRecord) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, valueType: loosen(def.valueType) });
  }
  return schema instanceof $ZodEnum ? z.custom(isText) : schema;
}

/** The loose form of `schema`. The type stays the same: unknown fields are not in it. */
export const loose = <Output>(schema: $ZodType<Output>): z.ZodMiniType<Output> =>
  z.pipe(loosen(schema), z.custom<Output>());
