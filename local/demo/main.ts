// `npm run demo`: one GPU lease from offer to charge, on a service in memory with a simulated
// market. Prints each event. Exits with 1 when an instance still runs, money is still held, or the
// ledger does not balance.

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
import { auditMarket } from './market-audit.ts';
import { CONSUMER_ARN, createWorld, type World } from './world.ts';

/** Simulated seconds per real second: a boot of 40 s takes less than a second. */
const TIME_SCALE = 60;
/** The demo fails after this real time. */
const MAX_RUN_MS = 60_000;
const ACTIVE_FOR = minutes(5);

type Event = { seq: number; at: string; type: string; reason: string };
type LeaseBody = { id: string; state: string; endReason: string; holdMicroUsd: number } & Offered;
type Offered = {
  offer: { gpuName: string; microUsdPerHour: number };
  ssh: { host: string; port: number; user: string }[];
  chargedMicroUsd: number;
  absenceProof: { firstListingAt: string | null; secondListingAt: string | null };
};

const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function bodyOf<Body>(reply: GatewayReply): Body {
  if (reply.status >= 300) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  // The reply comes from this process's own handlers, so its shape is known.
  return reply.body as Body;
}

/** Prints each new event of the lease with the simulated time since it was requested. */
function createEventPrinter(world: World, id: string, clock: EngineClock) {
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
      print(`  ${time.padStart(6)}  ${event.type.padEnd(22)}  ${event.reason}`);
    }
  };
}

async function readLease(world: World, id: string): Promise<LeaseBody> {
  const request = { userArn: CONSUMER_ARN, params: { id } };
  return bodyOf<LeaseBody>(await world.service.call('readLease', request));
}

async function printOffers(world: World): Promise<void> {
  const query = { gpuName: 'RTX 4090', limit: '3' };
  const reply = await world.service.call('listOffers', { userArn: CONSUMER_ARN, query });
  const { offers } = bodyOf<{
    offers: { id: string; country: string | null; microUsdPerHour: number }[];
  }>(reply);
  print('Cheapest RTX 4090 offers:');
  for (const offer of offers) {
    const rate = formatUsd(microUsd(offer.microUsdPerHour));
    print(`  ${offer.id.padEnd(18)} ${rate}/h  ${offer.country ?? '--'}`);
  }
}

async function requestLease(world: World): Promise<LeaseBody> {
  const headers = { 'idempotency-key': randomUUID() };
  const sshPublicKey = `ssh-ed25519 ${'A'.repeat(68)} demo@laptop`;
  const body = { gpuNames: ['RTX 4090'], hours: 1, sshPublicKey };
  const request = { userArn: CONSUMER_ARN, headers, body };
  return bodyOf<LeaseBody>(await world.service.call('requestLease', request));
}

/** Waits until the lease is active, releases it after 5 minutes, and waits for its end. */
async function runLease(world: World, id: string, clock: EngineClock): Promise<LeaseBody> {
  const printEvents = createEventPrinter(world, id, clock);
  const giveUpAt = Date.now() + MAX_RUN_MS;
  let releaseAt = Number.POSITIVE_INFINITY;
  for (;;) {
    const lease = await readLease(world, id);
    await printEvents();
    if (lease.state === 'ended' && world.service.engine.running().length === 0) return lease;
    if (Date.now() > giveUpAt) throw new Error(`timed out: the lease is still ${lease.state}`);
    if (lease.state === 'active' && releaseAt === Number.POSITIVE_INFINITY) {
      const [ssh] = lease.ssh;
      if (ssh !== undefined)
        print(`          connect with: ssh -p ${ssh.port} ${ssh.user}@${ssh.host}`);
      releaseAt = clock.now() + ACTIVE_FOR;
    }
    if (clock.now() >= releaseAt) {
      releaseAt = Number.MAX_VALUE;
      if (fault?.from === 'release') fault.inject(world);
      await world.service.call('releaseLease', { userArn: CONSUMER_ARN, params: { id } });
    }
    await pause(20);
  }
}

function proofText({ firstListingAt, secondListingAt }: Offered['absenceProof']): string {
  if (firstListingAt === null) return 'no instance was ever created';
  return `complete listings at ${firstListingAt} and ${secondListingAt}`;
}

/** Prints the result; true when every check of the audit holds. */
async function printReport(world: World, lease: LeaseBody): Promise<boolean> {
  const consumer = brandId(ConsumerId, '123456789012/trainer');
  const markets = [...world.markets.values()];
  const alive = markets.flatMap((market) => market.instances()).filter((each) => each.alive);
  const leases = [brandId(LeaseId, lease.id)];
  const costs = markets.flatMap((market) => market.books().instances);
  const market = await auditMarket(world.service.runtime, leases, costs);
  const records = await audit(world.service.runtime, consumer, { leases, alive });
  const violations = [...records, ...market.violations];
  const { transitions = 0 } = world.service.engine.describe(`${lease.id}-1`) ?? {};
  print();
  print(`Ended    ${lease.endReason}, after ${transitions} state transitions`);
  print(`Proof    ${proofText(lease.absenceProof)}`);
  print(`Charge   ${formatUsd(microUsd(lease.chargedMicroUsd))}`);
  const spent = markets.map((market) => market.books().spentMicroUsd);
  const billed = microUsd(spent.reduce((sum, each) => sum + each, 0));
  print(`Provider ${alive.length} instances running, ${formatUsd(billed)} billed`);
  for (const { amount } of market.due)
    print(
      `Later    reconciliation enters ${formatUsd(amount)}, when the provider's charges are final`,
    );
  for (const line of violations) print(`FAILED   ${line}`);
  if (violations.length === 0)
    print('Checked  no instance running, no money held, ledger balanced');
  return violations.length === 0;
}

function readFaultFlag(): DemoFault | null {
  const { values } = parseArgs({ options: { fault: { type: 'string' } } });
  if (values.fault === undefined) return null;
  const fault = DEMO_FAULTS[values.fault];
  if (fault !== undefined) return fault;
  print(`Unknown fault "${values.fault}". --fault must be one of:`);
  for (const [name, { description }] of Object.entries(DEMO_FAULTS)) {
    print(`  ${name.padEnd(20)} ${description}`);
  }
  process.exit(2);
}

const fault = readFaultFlag();
const clock = createScaledClock(TIME_SCALE);
const world = await createWorld({ clock, seed: 7, providers: ProviderName.options });
if (fault !== null) {
  print(`Fault: ${fault.description}`);
  if (fault.from === 'request') fault.inject(world);
}
await printOffers(world);
const lease = await requestLease(world);
const held = formatUsd(microUsd(lease.holdMicroUsd));
print(`Lease ${lease.id}: ${held} held; time runs ${TIME_SCALE} times as fast as real time`);
const ended = await runLease(world, lease.id, clock);
const isClean = await printReport(world, ended);
await world.close();
process.exitCode = isClean ? 0 : 1;
