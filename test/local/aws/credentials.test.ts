// The credentials file: created once, readable only by its owner, and parsed as AWS's tools parse
// it.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCredentials, parseCredentials } from '../../../local/aws/credentials.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  path = join(folder, 'credentials');
});
afterEach(() => rm(folder, { recursive: true }));

describe('credentials', () => {
  it('are created at the first start, for consumer and operator, and kept', async () => {
    const first = await openCredentials(path);
    expect([...first.values()].map(({ userArn }) => userArn)).toEqual([
      'arn:aws:iam::000000000000:user/you',
      'arn:aws:iam::000000000000:user/operator',
    ]);
    expect(await openCredentials(path)).toEqual(first);
  });

  it('are readable only by their owner', async () => {
    await openCredentials(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('differ from folder to folder', async () => {
    const here = await openCredentials(path);
    const there = await openCredentials(join(folder, 'other'));
    expect([...here.keys()]).not.toEqual([...there.keys()]);
  });

  it('start with the profile consumer, its key id, then its secret', async () => {
    await openCredentials(path);
    expect(await readFile(path, 'utf8')).toMatch(
      /^\[consumer\]\naws_access_key_id = AKIA[0-9A-F]{16}\naws_secret_access_key = [\w-]{40}\n/,
    );
  });

  it('may be temporary, and may have comments', () => {
    const text = [
      '# by hand',
      '[trainer]',
      'aws_access_key_id=ASIAONE',
      '; a secret',
      'aws_secret_access_key = s+/=',
      'aws_session_token = t',
      'user_arn = arn:aws:sts::000000000000:assumed-role/trainer/run-1',
      'region = us-east-1',
    ].join('\r\n');
    expect([...parseCredentials(text, 'here')]).toEqual([
      [
        'ASIAONE',
        {
          secretAccessKey: 's+/=',
          sessionToken: 't',
          userArn: 'arn:aws:sts::000000000000:assumed-role/trainer/run-1',
        },
      ],
    ]);
  });

  it.each(['aws_access_key_id', 'aws_secret_access_key', 'user_arn'])(
    'without %s are refused with a message that names it',
    (missing) => {
      const names = ['aws_access_key_id', 'aws_secret_access_key', 'user_arn'];
      const lines = names.filter((name) => name !== missing).map((name) => `${name} = x`);
      const text = ['[half]', ...lines].join('\n');
      expect(() => parseCredentials(text, 'here')).toThrow(`here: profile half has no ${missing}`);
    },
  );
});
