// The loose form of a reply's schema. The service may be newer than this client: fields that the
// schema doesn't know are kept, and so is a text that an enum doesn't know. Every field that the
// schema does know must be there, with a value of its type.

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

const known = new WeakMap<Schema, Schema>();

const isText = (value: unknown): boolean => typeof value === 'string';

/** The same schema, loose at every depth; made once. */
function loosened(schema: Schema): Schema {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const made = make(schema);
  known.set(schema, made);
  return made;
}

function make(schema: Schema): Schema {
  if (schema instanceof $ZodObject) {
    const { def } = schema._zod;
    const fields = Object.entries(def.shape).map(([name, field]) => [name, loosened(field)]);
    return z.clone(schema, { ...def, shape: Object.fromEntries(fields), catchall: z.unknown() });
  }
  if (schema instanceof $ZodArray) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, element: loosened(def.element) });
  }
  if (schema instanceof $ZodUnion) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, options: def.options.map(loosened) });
  }
  if (schema instanceof $ZodNullable || schema instanceof $ZodOptional) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, innerType: loosened(def.innerType) });
  }
  if (schema instanceof $ZodRecord) {
    const { def } = schema._zod;
    return z.clone(schema, { ...def, valueType: loosened(def.valueType) });
  }
  return schema instanceof $ZodEnum ? z.custom(isText) : schema;
}

/** The loose form of `schema`. The type stays: what was added is for callers who know of it. */
export const loose = <Output>(schema: $ZodType<Output>): z.ZodMiniType<Output> =>
  z.pipe(loosened(schema), z.custom<Output>());
