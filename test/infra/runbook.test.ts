// Whoever is told has somewhere to look: each alarm, page and failure that pages is in the runbook.

import { readFileSync } from 'node:fs';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { afterAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../clients/cli/program.ts';
import { FUNCTIONS } from '../../infra/function-list.ts';
import { FAILURES } from '../../shared/core/base/failure.ts';
import { PAGE_REASONS } from '../../shared/core/base/page.ts';
import { ProviderName } from '../../shared/core/base/providers.ts';
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
    const ids = alarms.map(({ node }) => node.scope?.node.id ?? '');
    const own = ids.filter((id) => !(id in FUNCTIONS));
    expect(ids.length - own.length).toBe(Object.keys(FUNCTIONS).length);
    const ending = new RegExp(`-(?:${ProviderName.options.join('|')})$`);
    const wanted = new Set(own.map((id) => id.replace(ending, '')));
    const shared = ['A step', 'A route, timer or rule'];
    expect(new Set(sectionsOf('Alarms'))).toEqual(new Set([...wanted, ...shared]));
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
