import { checkNames, ReluctantError } from '../core';
import { type Figure, metricSurface, parallelCoordinates } from '../plots';

/** A trial as pictures need it: its settings by their names, and what it reached. */
export interface Drawn {
  name: string;
  settings: Readonly<Record<string, string | number>>;
  objective: number;
}

/** What pictures say of the objective. */
export interface Aim {
  objective: string;
  maximize: boolean;
}

/** Steps of an axis that is drawn from a range, at most. */
const STEPS = 8;
/** Values of one setting that are each a step of their own. */
const MOST_VALUES = 12;

/** An axis per setting and one for the objective, a line per trial. */
export function coordinatesOf(trials: readonly Drawn[], { objective, maximize }: Aim): Figure {
  const axes = axesOf(trials);
  const runs = trials.map(({ name, settings, objective: value }) => ({
    name,
    values: {
      ...Object.fromEntries(axes.map(({ name: axis, title, place }) => [title, place(settings[axis]!)])),
      [objective]: value,
    },
  }));
  return parallelCoordinates(runs, { score: objective, best: maximize ? 'highest' : 'lowest' });
}

/**
 * The objective over two settings; of a setting that was drawn from a range, over parts with as many trials each. A cell is the mean of its trials.
 *
 * @throws ReluctantError `unknown-setting` for a setting that was not varied, `setting-not-numeric` for one of texts, `surface-of-one-setting`.
 */
export function surfaceOf(trials: readonly Drawn[], x: string, y: string, { objective, maximize }: Aim): Figure {
  const operation = 'Search.surface';
  const names = Object.keys(trials[0]?.settings ?? {});
  checkNames(operation, { [x]: 0, [y]: 0 }, names, { kind: 'setting' });
  if (x === y)
    throw new ReluctantError({
      code: 'surface-of-one-setting',
      operation,
      problem: 'a surface is over two settings, and they are the same',
      received: x,
      expected: `two of ${names.join(', ')}`,
    });
  const [stepOfX, stepOfY] = [stepsOf(trials, x), stepsOf(trials, y)];
  const cells = new Map<string, { x: number; y: number; values: number[] }>();
  for (const { settings, objective: value } of trials) {
    if (!Number.isFinite(value)) continue;
    const place = { x: stepOfX(settings[x] as number), y: stepOfY(settings[y] as number) };
    const key = `${place.x} ${place.y}`;
    const cell = cells.get(key) ?? { ...place, values: [] };
    cell.values.push(value);
    cells.set(key, cell);
  }
  const points = [...cells.values()].map((cell) => ({
    ...{ x: cell.x, y: cell.y },
    value: cell.values.reduce((sum, value) => sum + value, 0) / cell.values.length,
  }));
  return metricSurface(points, {
    ...{ xName: x, yName: y, valueName: objective, best: maximize ? 'highest' : 'lowest' },
    subtitle: `mean of the trials of a cell, ${trials.length} in all`,
  });
}

/** Every setting as an axis of numbers; texts by their place among those that occur, which the title says. */
function axesOf(trials: readonly Drawn[]) {
  return Object.keys(trials[0]?.settings ?? {}).map((name) => {
    const values = [...new Set(trials.map(({ settings }) => settings[name]!))];
    if (values.every((value) => typeof value === 'number'))
      return { name, title: name, place: (value: string | number) => Number(value) };
    const texts = values.map(String).sort();
    const title = `${name} (${texts.map((text, k) => `${k}: ${text}`).join(', ')})`;
    return { name, title, place: (value: string | number) => texts.indexOf(String(value)) };
  });
}

/** The step of an axis on which a value lies: the value itself where there are few, else the middle value of its part. */
function stepsOf(trials: readonly Drawn[], name: string): (value: number) => number {
  const all = trials.map(({ settings }) => settings[name]!);
  if (all.some((value) => typeof value !== 'number'))
    throw new ReluctantError({
      code: 'setting-not-numeric',
      operation: 'Search.surface',
      problem: 'a surface is over settings that are numbers',
      where: { setting: name },
      received: all.find((value) => typeof value !== 'number'),
      fix: 'Search.coordinates() draws settings of every kind',
    });
  const values = [...new Set(all as number[])].sort((a, b) => a - b);
  if (values.length <= MOST_VALUES) return (value) => value;
  const part = (value: number) => Math.floor((values.indexOf(value) * STEPS) / values.length);
  const middles = Array.from({ length: STEPS }, (_, k) => {
    const members = values.filter((value) => part(value) === k);
    return members[Math.floor(members.length / 2)]!;
  });
  return (value) => middles[part(value)]!;
}
