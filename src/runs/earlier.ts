import * as fs from 'node:fs';
import * as path from 'node:path';
import { readPlainText } from '../core';
import type { RunRecord } from './record';

/** The options of `fit` that the robust recipe had always used, which its records of version 1 left out. */
const OF_THE_RECIPE = { losses: 'huber', metrics: ['mae'] };

/** `run.json` of version 1, which `reluctant train` wrote. */
interface CommandRecord {
  formatVersion: 1;
  command: string;
  status: RunRecord['status'];
  settings: Record<string, unknown> & { data?: { sha256?: string } };
  begun: string;
  results?: { stopReason?: string; mode?: string; seconds?: number; last?: Record<string, number> | null };
}

/** `run.json` without a version, which `runs.recordRun` wrote. */
type FitRecord = Omit<RunRecord, 'formatVersion' | 'status' | 'begun'>;

/** Brings a record of an earlier version to today's shape; anything else is handed back as it is. */
export function fromEarlier(json: unknown, name: string): unknown {
  const record = Object(json) as Partial<CommandRecord & FitRecord>;
  if (record.formatVersion === 1 && typeof record.settings === 'object')
    return fromCommand(record as CommandRecord, name);
  if (record.formatVersion === undefined && typeof record.written === 'string') return fromFit(record as FitRecord);
  return json;
}

function fromCommand({ settings, status, begun, results }: CommandRecord, name: string): unknown {
  const { data, ...setting } = settings;
  const { epochs, batchSize, learningRate, seed, mode } = setting;
  return {
    formatVersion: 1,
    name,
    status,
    begun,
    written: begun,
    program: { name: 'robust', module: 'robust', setting },
    options: { ...OF_THE_RECIPE, epochs, batchSize, optimizer: { kind: 'adam', learningRate }, seed, mode },
    seed,
    versions: {},
    ...(data?.sha256 !== undefined && { dataHash: data.sha256 }),
    ...(results && { stopReason: results.stopReason, mode: results.mode, seconds: results.seconds }),
    last: results?.last ?? {},
  };
}

function fromFit(record: FitRecord): unknown {
  const isWhole = record.stopReason === 'finished' || record.stopReason === 'early-stopping';
  return { formatVersion: 1, status: isWhole ? 'finished' : 'stopped', begun: record.written, ...record };
}

/** The history that `reluctant train` of version 1 wrote; its numbers need no quotes. Undefined where there is none. */
export function historyFromCSV(folder: string): Record<string, unknown>[] | undefined {
  const file = path.join(folder, 'history.csv');
  if (!fs.existsSync(file)) return undefined;
  const [header = '', ...lines] = readPlainText('runs.read', file).trimEnd().split('\n');
  const keys = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').flatMap((text, k) => (text === '' ? [] : [[keys[k] ?? '', Number(text)]]))),
  );
}
