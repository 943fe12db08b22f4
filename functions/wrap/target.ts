// The functions that schedules and rules call: what they are given is parsed, and a failure reaches
// Lambda and its alarm.

import middy from '@middy/core';
import type * as z from 'zod/mini';
import { parse } from '../../shared/api/parse.ts';
import { compose, type Factory } from '../../shared/app/runtime.ts';
import { watch } from './watch.ts';

const target =
  (kind: string) =>
  <Input, Output>(
    schema: z.ZodMiniType<Input>,
    factory: Factory<(input: Input) => Promise<Output>>,
  ) =>
    middy<unknown, Output>()
      .use(watch(() => kind))
      .handler((input) => compose(factory)(parse(schema, input)));

/** The target of a schedule. */
export const timer = target('timer');

/** The target of a rule on events of other services. */
export const event = target('event');
