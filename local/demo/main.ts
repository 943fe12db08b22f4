// `npm run demo`: one GPU lease from offer to bill, on a service in memory with a simulated
// market, printed as it happens. Ends non-zero when anything is left alive, held or unbalanced.

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { brandId, ConsumerId, LeaseId } from '../../shared/core/base/ids.ts';
import { formatUsd, microUsd } from '../../shared/core/base/money.ts';
import { ProviderName } from '../../shared/core/base/providers.ts';
import { minutes } from '../../shared/core/base/time.ts';
import type { GatewayReply } from '../aws/gateway.ts';
import { createScaledClock, type EngineClock } from '../workflow/clock.ts';
import { audit } from './audit.ts';
import { DEMO_FAULTS, type DemoFault } from './faults.ts';
import { CONSUMER_ARN, createWorld, type World } from './world.ts';

/** Simulated seconds in a real one: a boot of 40 s is over in less than a second. */
const TIME_SCALE = 60;
/** A demo that isn't over by then, in real time, has failed. */
const LIMIT_MS = 60_000;
const SERVES_FOR = minutes(5);

type Event = { seq: number; at: string; type: string; reason: string };
type LeaseBody = { id: string; state: string; endReason: string; holdMicroUsd: number } & Offered;
type Offered = {
  offer: { gpuName: string; microUsdPerHour: number };
  ssh: { host: string; port: number; user: string }[];
  chargedMicroUsd: number;
  absenceProof: { firstListingAt: string | null; secondListingAt: string | null };
};

const say = (line = ''): void => void process.stdout.write(`${line}\n`);
const real = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function bodyOf<Body>(reply: GatewayReply): Body {
  if (reply.status >= 300) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  // The demo reads what the handlers answered a moment ago, in this very process.
  return reply.body as Body;
}

/** Prints each new event of the lease with the simulated time since it was requested. */
function follower(world: World, id: string, clock: EngineClock) {
  const started = clock.now();
  let cursor = '';
  return async (): Promise<void> => {
    const query = cursor === '' ? {} : { cursor };
    const request = { userArn: CONSUMER_ARN, params: { id }, query };
    const page = bodyOf<{ events: Event[]; nextCursor: string }>(
      await world.service.call('readEvents', request),
    );
    cursor = page.nextCursor;
    for (const event of page.events) {
      const since = Math.max(0, Math.round((Date.parse(event.at) - started) / 1_000));
      const time = `${Math.floor(since / 60)}:${String(since % 60).padStart(2, '0')}`;
      say(`  ${time.padStart(6)}  ${event.type.padEnd(22)}  ${event.reason}`);
    }
  };
}

async function readLease(world: World, id: string): Promise<LeaseBody> {
  const request = { userArn: CONSUMER_ARN, params: { id } };
  return bodyOf<LeaseBody>(await world.service.call('readLease', request));
}

async function showMenu(world: World): Promise<void> {
  const query = { gpuName: 'RTX 4090', limit: '3' };
  const reply = await world.service.call('listOffers', { userArn: CONSUMER_ARN, query });
  const { offers } = bodyOf<{
    offers: { id: string; country: string | null; microUsdPerHour: number }[];
  }>(reply);
  say('The cheapest RTX 4090 of the menu:');
  for (const offer of offers) {
    const rate = formatUsd(microUsd(offer.microUsdPerHour));
    say(`  ${offer.id.padEnd(18)} ${rate}/h  ${offer.country ?? '--'}`);
  }
}

async function requestLease(world: World): Promise<LeaseBody> {
  const headers = { 'idempotency-key': randomUUID() };
  const sshPublicKey = `ssh-ed25519 ${'A'.repeat(68)} demo@laptop`;
  const body = { gpuNames: ['RTX 4090'], hours: 1, sshPublicKey };
  const request = { userArn: CONSUMER_ARN, headers, body };
  return bodyOf<LeaseBody>(await world.service.call('requestLease', request));
}

/** Lives the lease: waits, uses it for a while, releases it, waits for its end. */
async function live(world: World, id: string, clock: EngineClock): Promise<LeaseBody> {
  const follow = follower(world, id, clock);
  const giveUpAt = Date.now() + LIMIT_MS;
  let releaseAt = Number.POSITIVE_INFINITY;
  for (;;) {
    const lease = await readLease(world, id);
    await follow();
    if (lease.state === 'ended' && world.service.engine.running().length === 0) return lease;
    if (Date.now() > giveUpAt) throw new Error(`the lease is still ${lease.state}`);
    if (lease.state === 'active' && releaseAt === Number.POSITIVE_INFINITY) {
      const [ssh] = lease.ssh;
      if (ssh !== undefined)
        say(`          you are connected directly: ssh -p ${ssh.port} ${ssh.user}@${ssh.host}`);
      releaseAt = clock.now() + SERVES_FOR;
    }
    if (clock.now() >= releaseAt) {
      releaseAt = Number.MAX_VALUE;
      if (fault?.from === 'release') fault.set(world);
      await world.service.call('releaseLease', { userArn: CONSUMER_ARN, params: { id } });
    }
    await real(20);
  }
}

function proofText({ firstListingAt, secondListingAt }: Offered['absenceProof']): string {
  if (firstListingAt === null) return 'no instance was ever created';
  return `complete listings at ${firstListingAt} and ${secondListingAt}`;
}

async function report(world: World, lease: LeaseBody): Promise<boolean> {
  const consumer = brandId(ConsumerId, '123456789012/trainer');
  const markets = [...world.markets.values()];
  const alive = markets.flatMap((market) => market.instances()).filter((each) => each.alive);
  const leases = [brandId(LeaseId, lease.id)];
  const wrong = await audit(world.service.runtime, consumer, { leases, alive });
  const { transitions = 0 } = world.service.engine.describe(`${lease.id}-1`) ?? {};
  say();
  say(`Ended    ${lease.endReason}, after ${transitions} state transitions`);
  say(`Proof    ${proofText(lease.absenceProof)}`);
  say(`Charge   ${formatUsd(microUsd(lease.chargedMicroUsd))}`);
  const spent = markets.map((market) => market.books().spentMicroUsd);
  const billed = microUsd(spent.reduce((sum, each) => sum + each, 0));
  say(`Market   ${alive.length} instances alive; its own books say ${formatUsd(billed)}`);
  for (const line of wrong) say(`WRONG    ${line}`);
  if (wrong.length === 0) say('Checked  nothing alive, nothing held, the ledger balances');
  return wrong.length === 0;
}

function faultAsked(): DemoFault | null {
  const { values } = parseArgs({ options: { fault: { type: 'string' } } });
  if (values.fault === undefined) return null;
  const fault = DEMO_FAULTS[values.fault];
  if (fault !== undefined) return fault;
  say(`There is no fault ${values.fault}. There are:`);
  for (const [name, { says }] of Object.entries(DEMO_FAULTS)) say(`  ${name.padEnd(20)} ${says}`);
  process.exit(2);
}

const fault = faultAsked();
const clock = createScaledClock(TIME_SCALE);
const world = await createWorld({ clock, seed: 7, providers: ProviderName.options });
if (fault !== null) {
  say(`Fault: ${fault.says}`);
  if (fault.from === 'request') fault.set(world);
}
await showMenu(world);
const lease = await requestLease(world);
say(`Lease ${lease.id}: ${formatUsd(microUsd(lease.holdMicroUsd))} held, ${TIME_SCALE}x time`);
const ended = await live(world, lease.id, clock);
const well = await report(world, ended);
await world.close();
process.exitCode = well ? 0 : 1;
