import { type CrossSection, pick } from '../signals/panel';
import { type PositionOptions, positionsOf } from './positions';

/** What a simulation needs, checked. */
export interface Simulation {
  sections: readonly CrossSection[];
  signals: Float64Array;
  returns: Float64Array;
  /** Number of each row's symbol. */
  symbols: Int32Array;
  positions: PositionOptions;
  horizon: number;
  delay: number;
  feeFraction: number;
  impactFraction: number;
  maximumTurnover: number;
}

/** One number per date. */
export interface Simulated {
  grossReturns: Float64Array;
  costs: Float64Array;
  turnover: Float64Array;
  grossExposure: Float64Array;
  netExposure: Float64Array;
  /** Mean return of the symbols of the date: what holding all alike earns. */
  market: Float64Array;
}

/**
 * Goes through the dates once: the book wanted is the mean of the last `horizon` books of signals, each `delay` dates old at least; what is
 * held is moved towards it, as far as the turnover allows; then the date's returns are earned and the weights drift with them. A date's book
 * is a function of signals up to that date only.
 */
export function simulate(run: Simulation): Simulated {
  const count = run.sections.length;
  const size = run.symbols.reduce((most, symbol) => Math.max(most, symbol + 1), 0);
  const column = () => new Float64Array(count);
  const result: Simulated = {
    grossReturns: column(),
    costs: column(),
    turnover: column(),
    grossExposure: column(),
    netExposure: column(),
    market: column(),
  };
  const books: Float64Array[] = [];
  let held: Float64Array = new Float64Array(size);
  let ruined = false;
  for (const [t, { rows }] of run.sections.entries()) {
    const weights = positionsOf('backtest', pick(run.signals, rows), run.positions);
    const book = new Float64Array(size);
    rows.forEach((row, k) => {
      book[run.symbols[row]!] = weights[k]!;
    });
    for (const row of rows) result.market[t]! += run.returns[row]! / rows.length;
    books.push(book);
    if (books.length > run.delay + run.horizon) books.shift();
    const present = new Uint8Array(size);
    for (const row of rows) present[run.symbols[row]!] = 1;
    if (ruined) continue;
    const wanted = average(books.slice(0, Math.max(0, books.length - run.delay)), run.horizon, size, present);
    const moved = move(held, wanted, present, run);
    result.costs[t] = moved.cost;
    result.turnover[t] = moved.turnover;
    held = earn(moved.held, rows, run, t, result);
    ruined = result.grossReturns[t]! - result.costs[t]! <= -1;
    // More than everything cannot be lost; from then on nothing is held.
    if (ruined) result.grossReturns[t] = result.costs[t]! - 1;
  }
  return result;
}

/** The mean of the books, of which there are fewer than `horizon` at the beginning; what is not traded on this date is not wanted. */
function average(books: readonly Float64Array[], horizon: number, size: number, present: Uint8Array): Float64Array {
  const wanted = new Float64Array(size);
  for (const book of books) for (let k = 0; k < size; k++) wanted[k]! += book[k]! / horizon;
  for (let k = 0; k < size; k++) if (!present[k]) wanted[k] = 0;
  return wanted;
}

/** Trades from what is held towards what is wanted. A symbol that is no longer traded is sold whatever the limit says. */
function move(held: Float64Array, wanted: Float64Array, present: Uint8Array, run: Simulation) {
  let [free, forced] = [0, 0];
  for (let k = 0; k < held.length; k++) {
    const trade = Math.abs(wanted[k]! - held[k]!);
    if (present[k]) free += trade;
    else forced += trade;
  }
  const room = Math.max(0, run.maximumTurnover - forced);
  const share = free > room ? room / free : 1;
  let [cost, turnover] = [0, 0];
  const next = held.map((weight, k) => {
    const trade = (wanted[k]! - weight) * (present[k] ? share : 1);
    turnover += Math.abs(trade);
    cost += run.feeFraction * Math.abs(trade) + run.impactFraction * Math.abs(trade) ** 1.5;
    return weight + trade;
  });
  return { held: next, cost, turnover };
}

/** Earns the returns of the date and lets the weights drift. */
function earn(held: Float64Array, rows: Int32Array, run: Simulation, t: number, result: Simulated): Float64Array {
  let earned = 0;
  for (const row of rows) earned += held[run.symbols[row]!]! * run.returns[row]!;
  for (const weight of held) {
    result.grossExposure[t]! += Math.abs(weight);
    result.netExposure[t]! += weight;
  }
  result.grossReturns[t] = earned;
  const wealth = Math.max(Number.EPSILON, 1 + earned - result.costs[t]!);
  const drifted = Float64Array.from(held);
  for (const row of rows) drifted[run.symbols[row]!]! *= (1 + run.returns[row]!) / wealth;
  return drifted;
}
