import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Search } from '../../src/trials';

/** A sweep whose objective is known: 2 x + y, and 10 more for the kind "b". */
const sweep = (values: readonly { x: number; y: number; kind?: string }[], maximize = false): Search =>
  new Search(
    'val_loss',
    maximize,
    values.map(({ x, y, kind = 'a' }, k) => ({
      ...{ id: `t${k}`, changes: { part: { x }, y, kind }, epochs: 1, lowest: {}, highest: {}, last: {}, seconds: 1 },
      objective: 2 * x + y + (kind === 'b' ? 10 : 0),
    })),
    0,
    [],
  );

describe('pictures of a sweep', () => {
  const grid = sweep([1, 2].flatMap((x) => [10, 20].flatMap((y) => ['a', 'b'].map((kind) => ({ x, y, kind })))));

  it('are a surface whose cells are the means of their trials, the best of them named', () => {
    const figure = grid.surface('part.x', 'y');
    const [{ z }] = figure.data as unknown as [{ z: number[][] }];
    assert.deepEqual(z, [
      [17, 19],
      [27, 29],
    ]);
    assert.match(figure.notes.join(), /lowest: 17.* at part.x 1.*, y 10/);
    const most = sweep(
      [
        { x: 1, y: 1 },
        { x: 2, y: 1 },
      ],
      true,
    ).surface('part.x', 'y');
    assert.match(most.notes.join(), /highest: 5/);
  });

  it('lay what was drawn from a range into parts with as many trials each', () => {
    const drawn = sweep(Array.from({ length: 80 }, (_, k) => ({ x: 1.01 ** k, y: k % 2 })));
    const [{ z, x }] = drawn.surface('part.x', 'y').data as unknown as [{ z: number[][]; x: string[] }];
    assert.equal(x.length, 8);
    assert.equal(z.length, 2);
    assert.ok(z.flat().every(Number.isFinite));
    const [least, most] = [z[0]![0]!, z[0]![7]!];
    assert.ok(least >= 2 && most <= 2 * 1.01 ** 79 && least < most);
  });

  it('are parallel coordinates with an axis per setting, texts by their place', () => {
    const { rows } = grid.coordinates().summary;
    const [best] = rows as { name: string }[];
    assert.equal(best!.name, 't0');
    assert.match(JSON.stringify(rows[0]), /kind \(0: \\"a\\", 1: \\"b\\"\)|kind \(0: .*a.*, 1: .*b/);
  });

  it('say what cannot be drawn', () => {
    assert.throws(() => grid.surface('part.z', 'y'), /part\.x/);
    assert.throws(() => grid.surface('y', 'y'), /two settings/);
    assert.throws(() => grid.surface('kind', 'y'), /numbers/);
  });
});
