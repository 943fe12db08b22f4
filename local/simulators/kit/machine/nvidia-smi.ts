// The output of `nvidia-smi` on an idle rented machine: the table, and the queries of scripts. It
// prints the offer's own figures, which never change.

/** The GPUs of the machine; `model` is the market's name. */
export type Gpus = {
  readonly model: string;
  readonly count: number;
  readonly ramMb: number;
  readonly driver: string;
  readonly cuda: string;
};

export type Printed = { readonly out: string; readonly code: number };

type Gpu = { readonly index: number; readonly name: string; readonly degrees: number };

/** The GPU name of the driver: the market's name has no vendor. */
export function driverNameOf(model: string): string {
  if (model.startsWith('Tesla')) return model;
  return `NVIDIA ${/^[GR]TX \d{4}\b/.test(model) ? 'GeForce ' : ''}${model}`;
}

function gpusOf({ model, count }: Gpus): Gpu[] {
  const name = driverNameOf(model);
  return Array.from({ length: count }, (_, index) => ({ index, name, degrees: 31 + (index % 4) }));
}

const usedMb = 1;
const watts = 18;

/** Runs `nvidia-smi` with its arguments; unsupported ones get the real program's error. */
export function nvidiaSmi(args: readonly string[], gpus: Gpus): Printed {
  const [first, ...rest] = args;
  if (first === undefined) return { out: table(gpus), code: 0 };
  const fields = /^--query-gpu=(.+)$/.exec(first)?.[1]?.split(',');
  const format = /^--format=(.+)$/.exec(rest[0] ?? '')?.[1]?.split(',');
  if (fields !== undefined && format?.[0] === 'csv' && rest.length === 1) {
    return query(gpus, fields, format.slice(1));
  }
  return { out: `Invalid combination of input arguments: ${args.join(' ')}\n`, code: 2 };
}

type Column = {
  readonly unit: string | null;
  readonly value: (gpu: Gpu, gpus: Gpus) => string;
};

const columns: Readonly<Record<string, Column>> = {
  name: { unit: null, value: ({ name }) => name },
  'memory.total': { unit: 'MiB', value: (_, { ramMb }) => String(ramMb) },
  'memory.used': { unit: 'MiB', value: () => String(usedMb) },
  'utilization.gpu': { unit: '%', value: () => '0' },
  'temperature.gpu': { unit: null, value: ({ degrees }) => String(degrees) },
  'power.draw': { unit: 'W', value: () => watts.toFixed(2) },
  driver_version: { unit: null, value: (_, { driver }) => driver },
};

function query(gpus: Gpus, fields: readonly string[], options: readonly string[]): Printed {
  const chosen: { readonly field: string; readonly column: Column }[] = [];
  for (const field of fields.map((text) => text.trim())) {
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
    if (column === undefined) {
      return { out: `Field "${field}" is not a valid field to query.\n\n`, code: 2 };
    }
    chosen.push({ field, column });
  }
  const header = chosen.map(({ field, column: { unit } }) => `${field}${unit ? ` [${unit}]` : ''}`);
  const rows = gpusOf(gpus).map((gpu) =>
    chosen.map(({ column: { unit, value } }) => {
      const bare = unit === null || options.includes('nounits');
      return `${value(gpu, gpus)}${bare ? '' : ` ${unit}`}`;
    }),
  );
  const lines = options.includes('noheader') ? rows : [header, ...rows];
  return { out: lines.map((cells) => `${cells.join(', ')}\n`).join(''), code: 0 };
}

const widths = [39, 22, 20] as const;
const rule = (corner: string, fill: string): string =>
  `${corner}${widths.map((width) => fill.repeat(width + 2)).join('+')}${corner}`;

/** One line of the table's body: the first cell is left-aligned, the others right-aligned. */
function line(left: string, middle = '', right = ''): string {
  const [wide, mid, narrow] = widths;
  return `| ${left.padEnd(wide)} | ${middle.padStart(mid)} | ${right.padStart(narrow)} |`;
}

function table(gpus: Gpus): string {
  const { driver, cuda, ramMb } = gpus;
  const versions = `NVIDIA-SMI ${driver.padEnd(22)} Driver Version: ${driver.padEnd(14)}`;
  const usage = `${String(usedMb).padStart(7)}MiB / ${String(ramMb).padStart(6)}MiB`;
  const lines = [
    `+${'-'.repeat(89)}+`,
    `| ${`${versions} CUDA Version: ${cuda}`.padEnd(87)} |`,
    rule('|', '-').replace(/\|$/, '+'),
    line(
      'GPU  Name                 Persistence-M',
      'Bus-Id          Disp.A',
      'Volatile Uncorr. ECC',
    ),
    line('Fan  Temp   Perf          Pwr:Usage/Cap', 'Memory-Usage', 'GPU-Util  Compute M.'),
    line('', '', 'MIG M.'),
    rule('|', '='),
  ];
  for (const { index, name, degrees } of gpusOf(gpus)) {
    const bus = `00000000:${(index + 1).toString(16).padStart(2, '0').toUpperCase()}:00.0 Off`;
    lines.push(
      line(`${String(index).padStart(3)}  ${name.padEnd(29)}  On`, bus, 'N/A'),
      line(` 0%   ${degrees}C    P8             ${watts}W /  N/A`, usage, '0%      Default'),
      line('', '', 'N/A'),
      rule('+', '-'),
    );
  }
  return `${lines.join('\n')}\n`;
}
