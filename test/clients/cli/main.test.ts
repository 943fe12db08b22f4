// The command line as a process with arguments, files, an environment and an exit code, against a
// server that checks signatures and sends scripted responses.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leasesTable, offersTable } from '../../../clients/cli/format.ts';
import {
  aLease,
  anActiveLease,
  anEndedLease,
  anEvent,
  anOffer,
  HOST_KEY,
  LEASE_ID,
} from '../builders.ts';
import {
  type Answer,
  type Asked,
  inTurn,
  problem,
  type Script,
  serveScript,
} from '../client/scripted.ts';
import { REPLIES } from '../replies.ts';
import { aHome, KEYS, runCli } from './run-cli.ts';

/** A server with this script, a home folder with an SSH key, and the command line. */
async function world(script: Script) {
  const { url: endpoint, asked } = await serveScript(script);
  const home = aHome();
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), `${HOST_KEY} me@laptop\n`);
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCli(args, { endpoint, home, env: { ...KEYS, ...env } });
  return { asked, home, run, endpoint };
}

const answering = (body: unknown): Script => inTurn({ body });

/** A lease that passes these stages, with one event for each. */
function stages(...leases: readonly object[]): Script {
  let looks = 0;
  return ({ route, query }: Asked): Answer => {
    if (route === 'requestLease' || route === 'releaseLease') return { body: aLease() };
    if (route === 'readLease') looks += 1;
    if (route === 'readLease') return { body: leases[looks - 1] ?? leases.at(-1) };
    const seq = Number(query['cursor'] ?? 0) + 1;
    const events = seq > looks ? [] : [anEvent(seq, `event-${seq}`)];
    return { body: { events, nextCursor: String(seq > looks ? seq - 1 : seq) } };
  };
}

describe('gpu-shopper', () => {
  it('prints offers as a table, and the next cursor on standard error', async () => {
    const { run, asked } = await world(answering({ offers: [anOffer()], nextCursor: 'abc' }));
    const ran = await run(['offers', '--gpu', 'RTX 4090', '--limit', '1']);
    expect(ran).toEqual({
      code: 0,
      stdout: `${offersTable([anOffer()]).join('\n')}\n`,
      stderr: 'There are more offers: --cursor abc\n',
    });
    expect(asked[0]?.query).toEqual({ gpuName: 'RTX 4090', limit: '1' });
    expect(asked[0]?.verdict.kind).toBe('signed');
  });

  it("prints the API's reply as JSON", async () => {
    const page = { leases: [anActiveLease(), anEndedLease()], unreadable: [], nextCursor: null };
    const { run } = await world(answering(page));
    const [before, after] = [await run(['--json', 'leases']), await run(['leases', '--json'])];
    expect(JSON.parse(before.stdout)).toEqual(page);
    expect(after).toEqual(before);
    expect((await run(['leases'])).stdout).toBe(`${leasesTable(page.leases).join('\n')}\n`);
  });

  it('prints all events of a lease as one document', async () => {
    const { run } = await world(stages(aLease()));
    const ran = await run(['events', LEASE_ID, '--json']);
    expect(JSON.parse(ran.stdout)).toEqual({ events: [], nextCursor: '0' });
  });

  it('leases with defaults, and prints how to follow the lease', async () => {
    const { run, asked } = await world(answering(aLease()));
    const ran = await run(['lease', '--gpu', 'RTX 4090', '--env', 'TOKEN'], { TOKEN: 'hush' });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(`Lease      ${LEASE_ID}\nState      requested\n`);
    expect(ran.stderr).toBe(`Follow it with: gpu-shopper watch ${LEASE_ID}\n`);
    expect(asked[0]?.body).toEqual({
      gpuNames: ['RTX 4090'],
      countries: [],
      env: { TOKEN: 'hush' },
      sshPublicKey: HOST_KEY,
    });
    expect(ran.stdout + ran.stderr).not.toContain('hush');
  });

  it('prints a line for each event while it waits for the instance', async () => {
    const { run } = await world(stages(aLease({ state: 'booting' }), anActiveLease()));
    const ran = await run(['lease', '--wait']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('SSH        ssh -p 40022 root@203.0.113.7');
    expect(ran.stderr.match(/event-\d/g)).toEqual(['event-1', 'event-2']);
  });

  it('prints one document after a wait', async () => {
    const { run } = await world(stages(anEndedLease()));
    const ran = await run(['release', LEASE_ID, '--wait', '--json']);
    expect([ran.code, JSON.parse(ran.stdout)]).toEqual([0, anEndedLease()]);
  });

  it('watches a lease to its end', async () => {
    const { run } = await world(stages(anActiveLease(), anEndedLease({ endReason: 'expired' })));
    const ran = await run(['watch', LEASE_ID]);
    expect(ran.code).toBe(0);
    expect(ran.stdout.split('\n').slice(0, 3)).toEqual([
      '2026-11-21 12:00:01Z  event-1             because',
      '2026-11-21 12:00:02Z  event-2             because',
      `Lease      ${LEASE_ID}`,
    ]);
  });

  it.each([
    [[], null],
    [['--busy'], { busy: true }],
    [['--idle'], { busy: false }],
  ])('sends a heartbeat with flags %j and body %j', async (flags, body) => {
    const { run, asked } = await world(answering(REPLIES.recordHeartbeat));
    expect((await run(['heartbeat', LEASE_ID, ...flags])).code).toBe(0);
    expect(asked[0]?.body ?? null).toEqual(body);
  });

  it('shows one offer, priced with the given disk', async () => {
    const { run, asked } = await world(answering(anOffer()));
    const ran = await run(['offer', 'vastai_1001', '--disk', '100']);
    expect(ran.stdout).toBe(`${offersTable([anOffer()]).join('\n')}\n`);
    expect(asked[0]).toMatchObject({ route: 'readOffer', query: { diskGb: '100' } });
  });

  it('prints no colors when the output is not a terminal', async () => {
    const { run } = await world(answering(anActiveLease()));
    expect((await run(['show', LEASE_ID])).stdout).not.toContain('\u001b');
  });
});

const STOP = { body: REPLIES.recordNodeHeartbeat };

describe('exit codes', () => {
  it.each<[number, string, readonly string[], Answer]>([
    [1, 'a problem', ['leases'], problem(403, 'Forbidden')],
    [2, 'a value the service refuses', ['lease'], problem(400, 'BadRequest', { field: 'hours' })],
    [3, 'a limit', ['lease'], problem(402, 'OverBudget', { limit: 'open-leases' })],
    [4, 'an unknown lease', ['show', LEASE_ID], problem(404, 'NotFound', { field: 'id' })],
    [5, 'a heartbeat whose reply is to stop', ['heartbeat', LEASE_ID], STOP],
    [0, 'a heartbeat', ['heartbeat', LEASE_ID], { body: REPLIES.recordHeartbeat }],
    [6, 'no response', ['leases'], 'hang up'],
  ])('are %i for %s', async (...[code, , args, answer]) => {
    const { run } = await world(inTurn(answer));
    const ran = await run(args);
    expect(ran.code).toBe(code);
    expect(ran.stderr === '').toBe(typeof answer === 'object' && 'status' in answer === false);
  });

  it.each([
    [['nope'], "unknown command 'nope'"],
    [['leases', '--nope'], "unknown option '--nope'"],
    [['show'], "missing required argument 'lease'"],
    [['show', 'not-an-id'], 'id: must be 20 characters of a-z and 0-9'],
    [['lease', '--ceiling', 'cheap'], '--ceiling must be dollars per hour such as 0.35'],
    [['lease', '--endpoint', 'here'], '--endpoint must be a URL'],
    [['leases', '--profile', 'nobody'], 'no credentials'],
    [['heartbeat', LEASE_ID, '--busy', '--idle'], "'--idle' cannot be used with option '--busy'"],
    [['lease', '--liveness', 'us'], 'Allowed choices are auto, app, node, both'],
    [
      ['lease', '--idle-gpu', '5'],
      'idleness needs --idle-minutes, --idle-action and at least one of',
    ],
    [['sweep-now', '--provider', 'nobody'], '--provider must be one of'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
  ])('are 2 for %j', async (args, message) => {
    const { run, asked } = await world(answering({}));
    const ran = await run(args);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(message);
    expect(asked).toEqual([]);
  });

  it.each([
    [5, ['lease', '--wait'], aLease({ state: 'ending', endReason: 'no-offer' })],
    [5, ['release', LEASE_ID, '--wait'], anEndedLease({ endReason: 'expired' })],
    [1, ['lease', '--wait', '--timeout', '0.001'], aLease()],
  ])('are %i for %j', async (code, args, lease) => {
    const { run } = await world(stages(lease));
    expect((await run(args)).code).toBe(code);
  });

  it('are 130 for an interrupted wait, and the lease continues', async () => {
    const { asked, home, endpoint } = await world(stages(aLease()));
    const ran = await runCli(['lease', '--wait'], {
      endpoint,
      home,
      interruptAt: 'event-1',
    });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain('interrupted: the request may still take effect');
    expect(asked.some(({ route }) => route === 'releaseLease')).toBe(false);
  });

  it('are all in the help', async () => {
    const { run } = await world(answering({}));
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}(\d+) {2,}\w+/gm)].map(([, number]) => Number(number));
    expect(listed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
  });
});

describe('a lost response to a lease request', () => {
  it('is reported with the key that finds the lease', async () => {
    const lost = (nth: number): Answer => (nth <= 5 ? 'hang up' : { body: aLease() });
    const { run, asked } = await world((_asked, nth) => lost(nth));
    const ran = await run(['lease']);
    const [key, ...others] = new Set(asked.map(({ headers }) => headers['idempotency-key']));
    expect(others).toEqual([]);
    expect(ran.stderr).toContain('The lease may have been accepted.');
    expect(ran.stderr).toContain(`--idempotency-key ${key}\n`);
    await run(['lease', '--idempotency-key', String(key)]);
    expect(asked.at(-1)?.headers['idempotency-key']).toBe(key);
  });

  it('is not reported when the service refuses the request', async () => {
    const { run } = await world(inTurn(problem(402, 'OverBudget', { limit: 'rate' })));
    expect((await run(['lease'])).stderr).toBe(
      'gpu-shopper: OverBudget happened (request request-1)\n',
    );
  });
});

describe('secrets', () => {
  it.each([
    [['lease', '--evn=A=hush']],
    [['lease', '--env', 'A=1', 'B=hush']],
    [['lease', '--env', 'hush']],
    [['A=hush']],
  ])('are not repeated in %j', async (args) => {
    const { run } = await world(answering({}));
    const ran = await run(args);
    expect(ran.code).toBe(2);
    expect(ran.stdout + ran.stderr).not.toContain('hush');
  });

  it('of credentials are not in an error', async () => {
    const { run } = await world(answering({}));
    const wrong = { AWS_SECRET_ACCESS_KEY: '' };
    const ran = await run(['leases'], wrong);
    expect([ran.code, ran.stderr.includes(KEYS.AWS_ACCESS_KEY_ID)]).toEqual([2, false]);
  });
});

describe('ssh-config', () => {
  it('prints a valid OpenSSH configuration', async () => {
    const { run, home } = await world(answering(anActiveLease()));
    const { code, stdout, stderr } = await run(['ssh-config', LEASE_ID]);
    expect([code, stderr]).toEqual([0, '']);
    const file = join(home, '.ssh', 'gpu-shopper', `${LEASE_ID}.known_hosts`);
    expect(stdout.split('\n').slice(-3)).toEqual([
      `# For ${file}:`,
      `# ${LEASE_ID} ${HOST_KEY}`,
      '',
    ]);
  });

  it('writes both files for their owner only, and does not change ~/.ssh/config', async () => {
    const { run, home } = await world(answering(anActiveLease()));
    const ran = await run(['ssh-config', LEASE_ID, '--write']);
    const folder = join(home, '.ssh', 'gpu-shopper');
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toContain(`Include ${folder}/*.config`);
    const [config, known] = ['config', 'known_hosts'].map((name) =>
      join(folder, `${LEASE_ID}.${name}`),
    );
    expect(readFileSync(config ?? '', 'utf8')).toContain(
      `Host ${LEASE_ID}\n  HostName 203.0.113.7\n`,
    );
    expect(readFileSync(known ?? '', 'utf8')).toBe(`${LEASE_ID} ${HOST_KEY}\n`);
    expect([config, known].map((file) => statSync(file ?? '').mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    expect(() => statSync(join(home, '.ssh', 'config'))).toThrow('ENOENT');
  });

  it('fails for a lease without an instance', async () => {
    const { run } = await world(answering(aLease()));
    const ran = await run(['ssh-config', LEASE_ID]);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('it has no SSH address');
  });
});

describe('completion', () => {
  it('works in bash', async () => {
    const { run } = await world(answering({}));
    const { stdout } = await run(['completion', 'bash']);
    execFileSync('bash', ['-n'], { input: stdout });
    const complete = (...words: readonly string[]): string =>
      execFileSync(
        'bash',
        [
          '-c',
          `${stdout}
COMP_WORDS=(gpu-shopper "$@"); COMP_CWORD=$#; _gpu_shopper; echo "\${COMPREPLY[@]}"`,
          'x',
          ...words,
        ],
        {
          encoding: 'utf8',
        },
      ).trim();
    expect(complete('le')).toBe('lease leases ledger');
    expect(complete('--json', 'lease', '--start')).toBe('--start-script');
    expect(complete('offers', '--end')).toBe('--endpoint');
    expect(complete('completion', 'z')).toBe('zsh');
  });
});
