import { ReluctantError } from '../../core';
import { type Dataset, load } from '../../data';
import { type MarketOptions, market } from '../../synthetic';

/** Source of a market in a setting: files of prices, or options of a synthetic market. Plain JSON. */
export type MarketSource =
  | {
      /** Paths or globs of CSV, Parquet, Arrow, JSON or Excel files. */
      files: readonly string[];
      /** Zone of times written without one. Default UTC. */
      timeZone?: string;
    }
  | { synthetic: MarketOptions };

/**
 * Reads the market that a setting names.
 *
 * @param recipe its name, for messages.
 * @throws ReluctantError `source-missing`, and those of `data.load`.
 */
export async function readMarket(recipe: string, source: MarketSource | null): Promise<Dataset> {
  if (source && 'files' in source)
    return load(source.files, source.timeZone === undefined ? {} : { timeZone: source.timeZone });
  if (source && 'synthetic' in source) return market(source.synthetic);
  throw new ReluctantError({
    code: 'source-missing',
    operation: `program "${recipe}"`,
    problem: 'the setting does not say where the prices come from',
    received: source,
    expected: '{ source: { files: ["prices.csv"] } } or { source: { synthetic: { symbols: 8, days: 500 } } }',
  });
}
