// Each alarm, page and failure that pages an operator has a section in the runbook.

import { readFileSync } from 'node:fs';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { afterAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../clients/cli/program.ts';
import { FAILURES } from '../../shared/core/base/failure.ts';
import { PAGE_REASONS } from '../../shared/core/base/page.ts';
import { devStack } from './synth.ts';

const synthesis = devStack();
afterAll(() => synthesis[Symbol.dispose]());

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const sectionsOf = (chapter: string): readonly string[] => {
  const [, text = ''] = runbook.split(`\n## ${chapter}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/^### (.+)$/gm)].map(([, title = '']) => title);
};

describe('the runbook', () => {
  it('has a section for each alarm, and for no other', () => {
    const alarms = synthesis.stack.node.findAll().filter((each) => each instanceof CfnAlarm);
    const named = alarms.map(({ alarmDescription = '' }) => alarmDescription);
    const sections = named.map((text) => /^docs\/runbook\.md#([a-z0-9-]+)$/.exec(text)?.[1]);
    expect(new Set(sectionsOf('Alarms'))).toEqual(new Set(sections));
  });

  it('has a section for each page', () => {
    expect(new Set(sectionsOf('Pages'))).toEqual(new Set(PAGE_REASONS));
  });

  it('says what to do about each failure that pages', () => {
    const paging = Object.entries(FAILURES).flatMap(([name, { page }]) => (page ? [name] : []));
    expect(paging.length).toBeGreaterThan(0);
    for (const name of paging) expect(runbook).toContain(`\`${name}\``);
  });

  it('calls the program by commands that it has', () => {
    // Making it calls nothing of the surroundings it is given.
    const program = createProgram({} as Parameters<typeof createProgram>[0]);
    const known = program.commands.map((command) => command.name());
    const called = [...runbook.matchAll(/gpu-shopper ([a-z-]+)/g)].map(([, command]) => command);
    expect(called.length).toBeGreaterThan(2);
    expect(known).toEqual(expect.arrayContaining(called));
  });
});
