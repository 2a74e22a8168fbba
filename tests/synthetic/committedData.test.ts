import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { load, makeSamples } from '../../src/data';
import { type MarketOptions, market } from '../../src/synthetic';

const folder = path.join(__dirname, '..', '..', 'data');
const truth = JSON.parse(fs.readFileSync(path.join(folder, 'market.truth.json'), 'utf8')) as {
  generator: string;
  parameters: MarketOptions;
};

test('market with the parameters of data/market.truth.json makes exactly data/market.csv', () => {
  assert.equal(truth.generator, 'synthetic.market');
  assert.equal(market(truth.parameters).toCSV(), fs.readFileSync(path.join(folder, 'market.csv'), 'utf8'));
});

test('market with another seed makes another file', () => {
  assert.notEqual(
    market({ ...truth.parameters, seed: 6 }).toCSV(),
    fs.readFileSync(path.join(folder, 'market.csv'), 'utf8'),
  );
});

test('load reads data/market.csv into the same numbers as the generator made, and its truth beside it', async () => {
  const loaded = await load(path.join(folder, 'market.csv'));
  const made = market(truth.parameters);
  assert.deepEqual(loaded.names, made.names);
  for (const name of made.names) assert.deepEqual(loaded.column(name), made.column(name), name);
  assert.deepEqual(loaded.truth?.parameters, truth.parameters);
});

test('makeSamples of data/market.csv has targets on the scale that its data card states', async () => {
  const samples = makeSamples(await load(path.join(folder, 'market.csv')));
  const [training] = samples.describe().rows as Record<string, number>[];
  const stated = { 'volatility mean': 0.021, 'volatility std': 0.017, 'magnitude mean': 0.036, 'magnitude std': 0.037 };
  for (const [name, value] of Object.entries(stated)) assert.ok(Math.abs(training![name]! - value) < 6e-4, name);
  assert.equal(samples.training.size, 3592);
});
