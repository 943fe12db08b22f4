// The rules of FOCUS 1.2 for the columns of our export, written down from the published
// specification (https://focus.finops.org/focus-specification/v1-2/, November 2026): which columns
// are mandatory, their types, their allowed values, and when they may be null.

type Text = string | null;
export type Row = Readonly<Record<string, Text>>;

const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

type Rule = {
  /** Every dataset has the `mandatory` columns; the others only where they apply. */
  readonly level: 'mandatory' | 'recommended' | 'conditional';
  readonly type: 'text' | 'decimal' | 'instant' | 'key-value';
  readonly nullable?: boolean;
  readonly values?: readonly string[];
};

const CATEGORIES = ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'];
const SERVICES = [
  ...['AI and Machine Learning', 'Analytics', 'Business Applications', 'Compute', 'Databases'],
  ...['Developer Tools', 'Multicloud', 'Identity', 'Integration', 'Internet of Things'],
  ...['Management and Governance', 'Media', 'Migration', 'Mobile', 'Networking', 'Security'],
  ...['Storage', 'Web', 'Other'],
];
const COMPUTE = [
  ...['Containers', 'End User Computing', 'Quantum Compute', 'Serverless Compute'],
  'Other (Compute)',
];

const text = { level: 'mandatory', type: 'text' } as const;
const amount = { level: 'mandatory', type: 'decimal' } as const;
const instant = { level: 'mandatory', type: 'instant' } as const;

export const RULES: Readonly<Record<string, Rule>> = {
  BilledCost: amount,
  BillingAccountId: text,
  BillingAccountName: { ...text, nullable: true },
  BillingCurrency: { ...text, values: ['USD'] },
  BillingPeriodEnd: instant,
  BillingPeriodStart: instant,
  ChargeCategory: { ...text, values: CATEGORIES },
  ChargeClass: { ...text, nullable: true, values: ['Correction'] },
  ChargeDescription: { ...text, nullable: true },
  ChargeFrequency: {
    ...{ level: 'recommended', type: 'text' },
    values: ['One-Time', 'Recurring', 'Usage-Based'],
  },
  ChargePeriodEnd: instant,
  ChargePeriodStart: instant,
  ConsumedQuantity: { level: 'conditional', type: 'decimal', nullable: true },
  ConsumedUnit: { level: 'conditional', type: 'text', nullable: true },
  ContractedCost: amount,
  EffectiveCost: amount,
  InvoiceIssuerName: text,
  ListCost: amount,
  PricingQuantity: { ...amount, nullable: true },
  PricingUnit: { ...text, nullable: true },
  ProviderName: text,
  PublisherName: text,
  ResourceId: { level: 'conditional', type: 'text', nullable: true },
  ResourceName: { level: 'conditional', type: 'text', nullable: true },
  ResourceType: { level: 'conditional', type: 'text', nullable: true },
  ServiceCategory: { ...text, values: SERVICES },
  ServiceName: text,
  ServiceSubcategory: { level: 'recommended', type: 'text', values: COMPUTE },
  SubAccountId: { level: 'conditional', type: 'text', nullable: true },
  SubAccountName: { level: 'conditional', type: 'text', nullable: true },
  Tags: { level: 'conditional', type: 'key-value', nullable: true },
};

function isKeyValue(value: string): boolean {
  const parsed: unknown = JSON.parse(value);
  return (
    typeof parsed === 'object' &&
    parsed !== null &&
    !Array.isArray(parsed) &&
    Object.values(parsed).every((each) => each === null || typeof each !== 'object')
  );
}

const IS: Readonly<Record<Rule['type'], (value: string) => boolean>> = {
  text: (value) => value.trim() !== '',
  decimal: (value) => DECIMAL.test(value),
  instant: (value) => INSTANT.test(value) && !Number.isNaN(Date.parse(value)),
  'key-value': isKeyValue,
};

function columnFaults(row: Row): readonly string[] {
  return Object.entries(RULES).flatMap(([column, { type, nullable = false, values }]) => {
    const value = row[column];
    if (value === undefined) return [];
    if (value === null) return nullable ? [] : [`${column} is null`];
    if (!IS[type](value)) return [`${column} is no ${type}: ${value}`];
    return values === undefined || values.includes(value) ? [] : [`${column} is ${value}`];
  });
}

const isBefore = (row: Row, start: string, end: string): boolean =>
  Date.parse(row[start] ?? '') < Date.parse(row[end] ?? '');

/** Rules between columns. */
const COLUMN_RULES: readonly (readonly [string, (row: Row) => boolean])[] = [
  [
    'the billing period ends after it starts',
    (row) => isBefore(row, 'BillingPeriodStart', 'BillingPeriodEnd'),
  ],
  [
    'the charge period ends after it starts',
    (row) => isBefore(row, 'ChargePeriodStart', 'ChargePeriodEnd'),
  ],
  [
    'usage that is no correction has quantities',
    (row) =>
      row['ChargeCategory'] !== 'Usage' ||
      row['ChargeClass'] === 'Correction' ||
      (Number(row['PricingQuantity']) > 0 && Number(row['ConsumedQuantity']) > 0),
  ],
  [
    'a price has a unit',
    (row) => (row['PricingQuantity'] === null) === (row['PricingUnit'] === null),
  ],
  [
    'a quantity has a unit',
    (row) => (row['ConsumedQuantity'] === null) === (row['ConsumedUnit'] === null),
  ],
  [
    'a resource has a type',
    (row) => (row['ResourceId'] === null) === (row['ResourceType'] === null),
  ],
  [
    'a name belongs to an account',
    (row) => row['SubAccountName'] === null || row['SubAccountId'] !== null,
  ],
];

/** The faults of a dataset with these columns; empty when it follows the rules. */
export function faultsOf(columns: readonly string[], rows: readonly Row[]): readonly string[] {
  const missing = Object.entries(RULES).flatMap(([column, { level }]) =>
    level === 'mandatory' && !columns.includes(column) ? [`${column} is missing`] : [],
  );
  const unknown = columns
    .filter((column) => RULES[column] === undefined && !/^x_[A-Z]/.test(column))
    .map((column) => `${column} is no column`);
  const inRows = rows.flatMap((row) => [
    ...columnFaults(row),
    ...COLUMN_RULES.flatMap(([rule, holds]) => (holds(row) ? [] : [`a rule is broken: ${rule}`])),
  ]);
  return [...missing, ...unknown, ...inRows];
}
