// Ledger entries as rows of FOCUS 1.2, the FinOps Foundation's cost and usage format
// (https://focus.finops.org/focus-specification/v1-2/, November 2026). Each charged instance is a
// row, and so is each true-up and correction; holds and overruns are no costs. Custom columns start
// with `x_`, as the format requires.

import { ProviderName, rowOf } from '../../shared/core/base/providers.ts';
import { epochMs, isoTime, Month, monthOf } from '../../shared/core/base/time.ts';
import { type Cell, decimalUsd } from './csv.ts';
import type { LedgerEntry } from './replies.ts';

export type FocusRow = Readonly<Record<string, Cell>>;

const UNKNOWN = 'Unknown';

const HOUR_MS = 3_600_000;

/** UTC to the second, as FOCUS writes instants. */
const second = (ms: number): string => isoTime(epochMs(ms)).replace(/\.\d{3}Z$/, 'Z');

/** An instant rounded down and up to a whole second. */
const floor = (iso: string): string => second(Date.parse(iso));
const ceiling = (iso: string): string => second(Math.ceil(Date.parse(iso) / 1_000) * 1_000);

/** The first instant of a month and of the next one. */
function billingPeriod(month: string) {
  const start = Date.parse(`${Month.parse(month)}-01`);
  const next = monthOf(epochMs(start + 32 * 24 * HOUR_MS));
  return {
    BillingPeriodStart: second(start),
    BillingPeriodEnd: second(Date.parse(`${next}-01`)),
  };
}

/** The UTC day of a correction. */
function dayOf(iso: string) {
  const start = Date.parse(iso.slice(0, 10));
  return {
    ChargePeriodStart: second(start),
    ChargePeriodEnd: second(start + 24 * HOUR_MS),
  };
}

/** All four costs are equal: there are no discounts and no prepaid commitments. */
function costs(micros: number) {
  const amount = decimalUsd(micros);
  return { BilledCost: amount, ContractedCost: amount, EffectiveCost: amount, ListCost: amount };
}

/** The name of the provider on its invoices; of a provider this client doesn't know, its id. */
function issuerOf(provider: string | undefined): string {
  const known = ProviderName.safeParse(provider);
  return known.success ? rowOf(known.data).title : (provider ?? UNKNOWN);
}

function parties(entry: LedgerEntry, provider: string | undefined) {
  const [account = entry.consumer, ...role] = entry.consumer.split('/');
  const issuer = issuerOf(provider);
  return {
    BillingAccountId: account,
    BillingAccountName: null,
    BillingCurrency: 'USD',
    InvoiceIssuerName: issuer,
    ProviderName: issuer,
    PublisherName: issuer,
    ServiceCategory: 'Compute',
    ServiceName: 'GPU instances',
    ServiceSubcategory: 'Containers',
    SubAccountId: entry.consumer,
    SubAccountName: role.join('/') || null,
  };
}

type Charge = NonNullable<LedgerEntry['charge']>;

const hoursOf = ({ from, until }: Charge): number =>
  (Date.parse(until) - Date.parse(from)) / HOUR_MS;

function instanceOf(entry: LedgerEntry, charge: Charge) {
  const hours = hoursOf(charge).toFixed(9);
  const what = `${charge.gpuCount} x ${charge.gpuName}`;
  return {
    ChargeClass: null,
    ChargeDescription: `${what} of lease ${entry.leaseId}, attempt ${charge.attempt}`,
    ChargePeriodStart: floor(charge.from),
    ChargePeriodEnd: ceiling(charge.until),
    ConsumedQuantity: hours,
    ConsumedUnit: 'Hours',
    PricingQuantity: hours,
    PricingUnit: 'Hours',
    ResourceId: `${entry.leaseId}-${charge.attempt}`,
    ResourceName: null,
    ResourceType: 'GPU instance',
    Tags: charge.jobId === '' ? null : JSON.stringify({ jobId: charge.jobId }),
    x_GpuName: charge.gpuName,
    x_GpuCount: charge.gpuCount,
    x_GpuCost: decimalUsd(charge.gpuMicroUsd),
    x_DiskCost: decimalUsd(charge.diskMicroUsd),
    x_TransferCost: decimalUsd(charge.transferMicroUsd),
    x_FailedCost: decimalUsd(charge.failedMicroUsd),
    x_TeardownCost: decimalUsd(charge.teardownMicroUsd),
    x_IdleCost: decimalUsd(charge.idleMicroUsd),
  };
}

/** A correction of a settled charge, which is final like an invoice. */
const correctionOf = (entry: LedgerEntry) => ({
  ChargeClass: 'Correction',
  ChargeDescription: `${entry.kind} of lease ${entry.leaseId}`,
  ...dayOf(entry.at),
  ...{ ConsumedQuantity: null, ConsumedUnit: null, PricingQuantity: null, PricingUnit: null },
  ...{ ResourceId: entry.leaseId, ResourceName: null, ResourceType: 'GPU lease', Tags: null },
  ...{ x_GpuName: null, x_GpuCount: null, x_GpuCost: null, x_DiskCost: null },
  ...{ x_TransferCost: null, x_FailedCost: null, x_TeardownCost: null, x_IdleCost: null },
});

const CORRECTIONS: ReadonlySet<string> = new Set(['true-up', 'correction']);

/** The entry's row; null when the entry is no cost, or its instance lasted no time. */
export function focusRow(entry: LedgerEntry): FocusRow | null {
  const { kind, charge } = entry;
  const isCorrection = CORRECTIONS.has(kind);
  if (!isCorrection && (kind !== 'charge' || charge === null || hoursOf(charge) === 0)) return null;
  return {
    ...parties(entry, charge?.provider ?? entry.provider),
    ...billingPeriod(entry.month),
    ...costs(entry.amountMicroUsd),
    ...{ ChargeCategory: 'Usage', ChargeFrequency: 'Usage-Based' },
    ...(isCorrection || charge === null ? correctionOf(entry) : instanceOf(entry, charge)),
    ...{ x_LeaseId: entry.leaseId, x_EntrySeq: entry.seq, x_PostedAt: floor(entry.at) },
  };
}

/** Every column, in order; each row has all of them. */
export const FOCUS_COLUMNS: readonly string[] = [
  ...['BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency'],
  ...['BillingPeriodEnd', 'BillingPeriodStart', 'ChargeCategory', 'ChargeClass'],
  ...['ChargeDescription', 'ChargeFrequency', 'ChargePeriodEnd', 'ChargePeriodStart'],
  ...['ConsumedQuantity', 'ConsumedUnit', 'ContractedCost', 'EffectiveCost', 'InvoiceIssuerName'],
  ...['ListCost', 'PricingQuantity', 'PricingUnit', 'ProviderName', 'PublisherName'],
  ...['ResourceId', 'ResourceName', 'ResourceType', 'ServiceCategory', 'ServiceName'],
  ...['ServiceSubcategory', 'SubAccountId', 'SubAccountName', 'Tags'],
  ...['x_LeaseId', 'x_EntrySeq', 'x_PostedAt', 'x_GpuName', 'x_GpuCount', 'x_GpuCost'],
  ...['x_DiskCost', 'x_TransferCost', 'x_FailedCost', 'x_TeardownCost', 'x_IdleCost'],
];
