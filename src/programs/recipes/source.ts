import { ReluctantError } from '../../core';
import { type Dataset, type FormOptions, load } from '../../data';
import { type MarketOptions, market } from '../../synthetic';

/** Source of a market in a setting: files of prices, or options of a synthetic market. Plain JSON. */
export type MarketSource =
  | ({
      /** Paths or globs of files that `data.load` reads. */
      files: readonly string[];
    } & FormOptions)
  | { synthetic: MarketOptions };

/**
 * Reads the market that a setting names.
 *
 * @param recipe its name, for messages.
 * @throws ReluctantError `source-missing`, and those of `data.load`.
 */
export async function readMarket(recipe: string, source: MarketSource | null): Promise<Dataset> {
  if (source && 'files' in source) {
    const { files, ...form } = source;
    return load(files, form);
  }
  if (source && 'synthetic' in source) return market(source.synthetic);
  throw new ReluctantError({
    code: 'source-missing',
    operation: `program "${recipe}"`,
    problem: 'the setting does not say where the prices come from',
    received: source,
    expected: '{ source: { files: ["prices.csv"] } } or { source: { synthetic: { symbols: 8, days: 500 } } }',
  });
}
