import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Figure, plainText } from '../../src/plots';
import { Table } from '../../src/tables';

const line = { type: 'scatter', name: 'loss', x: [1, 2, 3], y: [3, 1, 2] };
const bundleOf = (figure: Figure): Record<string, unknown> =>
  (figure as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();

test('Figure shows itself alive, as a picture and as text, without carrying plotly.js', () => {
  const figure = new Figure(
    [line],
    { title: { text: 'Loss' } },
    { summary: new Table([{ last: 2 }]), notes: ['a note'] },
  );
  const bundle = bundleOf(figure);
  assert.deepEqual(Object.keys(bundle).sort(), ['application/vnd.plotly.v1+json', 'image/svg+xml', 'text/plain']);
  assert.match(bundle['text/plain'] as string, /^Loss\nlast\n.*\n +2\na note$/su);
  assert.match(bundle['image/svg+xml'] as string, /^<svg role="img" aria-label="Loss"/);
  assert.ok(JSON.stringify(bundle).length < 40_000);
});

test('Figure draws the same bytes for the same figure, in any order of drawing', () => {
  const make = () => new Figure([line], { title: { text: 'Loss' } });
  const first = make().toSVG();
  new Figure([{ type: 'bar', x: ['a'], y: [1] }]).toSVG();
  assert.ok(make().toSVG() === first, 'the bytes differ');
});

test('Figure writes long typed arrays as bytes that plotly.js reads back, NaN included', () => {
  const y = Float32Array.from({ length: 50 }, (_, k) => (k === 7 ? Number.NaN : k / 3));
  const [trace] = new Figure([{ type: 'scatter', y }]).toJSON().data as { y: { dtype: string; bdata: string } }[];
  assert.equal(trace!.y.dtype, 'f4');
  const bytes = Buffer.from(trace!.y.bdata, 'base64');
  assert.deepEqual(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), y);
});

test('Figure keeps short typed arrays readable', () => {
  const [trace] = new Figure([{ type: 'scatter', y: new Int32Array([1, 2]) }]).toJSON().data;
  assert.deepEqual(trace!['y'], [1, 2]);
});

test('Figure draws a typed array and a plain list alike', () => {
  const values = Array.from({ length: 40 }, (_, k) => Math.sqrt(k));
  const marks = (y: ArrayLike<number>) =>
    [...new Figure([{ type: 'scatter', mode: 'lines', y }]).toSVG().matchAll(/ d="([^"]+)"/g)]
      .map(([, d]) => d)
      .join(' ');
  assert.equal(marks(Float64Array.from(values)), marks(values));
});

test('Figure refuses a trace without a type and says which', () => {
  assert.throws(() => new Figure([line, { x: [1] } as never]), /trace 1.*type: "scatter"/);
});

test('Figure without a static picture stays alive and says why', () => {
  const figure = new Figure([{ type: 'scattergl', y: [1, 2] }]);
  assert.throws(() => figure.toSVG(), { code: 'figure-not-static' });
  const bundle = bundleOf(figure);
  assert.equal(bundle['image/svg+xml'], undefined);
  assert.match(bundle['text/plain'] as string, /no static picture.*scattergl/);
});

test('Figure of nothing is an empty picture', () => {
  assert.match(new Figure([]).toSVG(), /^<svg/);
  assert.match(new Figure([]).toString(), /no rows/);
});

test('plainText shows names from data letter by letter', () => {
  const name = '<img src=x onerror=alert(1)>';
  const svg = new Figure([{ ...line, name: plainText(name) }], {
    title: { text: plainText(name) },
    showlegend: true,
  }).toSVG();
  assert.ok(!svg.includes('<img'));
  assert.ok(svg.includes('‹img src=x onerror=alert(1)›'));
});
