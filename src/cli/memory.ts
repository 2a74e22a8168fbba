import * as fs from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { findFiles, formatOf } from '../data/read/files';
import { PROGRAM_BYTES } from '../programs';

const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** Reads an amount of memory, such as "512MB" or "1.5 GB". */
function bytes(text: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?B)\s*$/i.exec(text) ?? [];
  if (number !== undefined) return Number(number) * UNITS[unit!.toUpperCase() as keyof typeof UNITS];
  throw new InvalidArgumentError('expected an amount of memory such as 512MB or 2GB');
}

/** The least memory that training can be given: the program's, and the least that data can be streamed with. */
export const LEAST_MEMORY = PROGRAM_BYTES + 64e6;

/** Reads how much memory the process may take. */
export function memoryOfProcess(text: string): number {
  const amount = bytes(text);
  if (amount >= LEAST_MEMORY) return amount;
  throw new InvalidArgumentError(
    `expected at least ${formatBytes(LEAST_MEMORY)}: the program and TensorFlow take ${formatBytes(PROGRAM_BYTES)} of it`,
  );
}

/** An amount of memory for people. */
export function formatBytes(amount: number): string {
  return amount >= 1e9 ? `${(amount / 1e9).toFixed(1)} GB` : `${Math.round(amount / 1e6)} MB`;
}

/** Times its size on disk that a file takes while it is loaded and features are made of it: measured on prices. */
const EXPANSION = { plain: 12, packed: 25 };

/** About the bytes that training on files takes when they are loaded whole; 0 for formats that can only be loaded whole. */
export function memoryToLoad(data: readonly string[]): number {
  const files = findFiles('train', data);
  const format = formatOf('train', files[0]!);
  if (format === 'arrow' || format === 'excel') return 0;
  const packed = format === 'parquet' || files.some((file) => /\.(gz|zst)$/i.test(file));
  const size = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  return size * (packed ? EXPANSION.packed : EXPANSION.plain);
}
