import { measure, rule } from './rule';

/** Columns that hold what is known only later. */
export const futureInputs = rule({
  id: 'future-inputs',
  watches:
    'columns that are the return of the rows that follow, that equal the target on all rows, or whose first values are filled backwards',
  thresholds: {
    future: { value: 0.999, source: 'the same number but for a scale and rounding' },
    target: {
      value: 0.9995,
      source: 'the same number but for a scale and rounding, on training and on validation rows',
    },
    filled: {
      value: 5,
      source: 'rows in one value at the start of a symbol, in a column that repeats fewer than 2 % of its values',
    },
    symbols: { value: 0.6, source: 'more than half of the symbols' },
  },
  evaluate({ wiring }, { future, target, filled, symbols }) {
    const symptom = (kind: string, where: string, evidence: ReturnType<typeof measure>[]) => [
      { rule: 'future-inputs', kind, where, evidence },
    ];
    const ahead = wiring.futureReturns.filter(({ training }) => training > future);
    return [
      ...ahead.flatMap(({ name, column, horizon, training }) =>
        symptom('return', name, [
          measure('column', column, 'counted from 0'),
          measure('rows ahead whose return it holds', horizon, 'rows'),
          measure('squared correlation with that return', training, '', future),
        ]),
      ),
      ...wiring.targetColumns
        .filter((one) => one.training > target && (one.validation ?? 0) > target)
        .filter(({ column }) => !ahead.some((other) => other.column === column))
        .flatMap(({ name, column, training, validation }) =>
          symptom('target', name, [
            measure('column', column, 'counted from 0'),
            measure('squared correlation with the target, training rows', training, '', target),
            measure('validation rows', validation!, '', target),
          ]),
        ),
      ...wiring.filledColumns
        .filter((one) => one.rows >= filled && one.symbols >= symbols)
        .flatMap(({ name, column, rows, symbols: share }) =>
          symptom('filled', name, [
            measure('column', column, 'counted from 0'),
            measure('first rows of a symbol that have one value', rows, 'rows', filled),
            measure('symbols of which this is so', share, 'share', symbols),
          ]),
        ),
    ];
  },
});
