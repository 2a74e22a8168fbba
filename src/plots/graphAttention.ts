import { ReluctantError } from '../core';
import { formatShare, Table } from '../tables';
import { Figure, plainText } from './figure';
import type { Numbers } from './numbers';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { heading, headingGrowth } from './panels';
import { COLOURS, PALE_SCALE } from './template';
import { shortened, textWidth } from './textSize';

/**
 * Attention between the nodes of a graph: each row says how much a node listens to every other, and adds up to 1. A bright
 * column is a node that everybody listens to, a bright diagonal a layer that listens to nobody.
 *
 * @param nodes names, in the order of the rows.
 * @param weights row by row: `weights[i][j]` is what node i takes from node j; NaN stays empty.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without nodes; `not-square` where the weights do not fit the nodes.
 * @example
 * graphAttention(['A', 'B'], [[0.9, 0.1], [0.4, 0.6]]).summary.rows[0].weight; // 0.4
 */
export function graphAttention(
  nodes: readonly string[],
  weights: readonly Numbers[],
  options: DrawingOptions = {},
): Figure {
  const operation = 'plots.graphAttention';
  checkRows(operation, nodes, 'nodes', 'node');
  const ragged = weights.findIndex((row) => row.length !== nodes.length);
  if (weights.length !== nodes.length || ragged >= 0) {
    throw new ReluctantError({
      code: 'not-square',
      operation,
      problem: 'the weights do not fit the nodes',
      received: ragged >= 0 ? `row ${ragged} with ${weights[ragged]!.length} weights` : `${weights.length} rows`,
      expected: `${nodes.length} rows of ${nodes.length} weights`,
    });
  }
  const width = widthOf(operation, options);
  const labels = nodes.map((node) => shortened(plainText(node), 0.22 * width));
  const widest = Math.max(...labels.map((label) => textWidth(label, 11)));
  const isNamed = nodes.length <= 40;
  const [left, right] = [isNamed ? widest + 46 : 56, 86];
  const head = heading(
    options.title ?? 'Who listens to whom',
    options.subtitle ?? 'each row adds up to 1; rows listen, columns are listened to',
    width,
  );
  const [top, bottom] = [74 + headingGrowth(head), isNamed ? widest * 0.75 + 56 : 56];
  const side = Math.min(width - left - right, 640);
  const axis = (title: string, more: object) => ({
    title: { text: title },
    showgrid: false,
    zeroline: false,
    ticks: '',
    tickfont: { size: nodes.length > 20 ? 9 : 11 },
    ...(isNamed ? { tickvals: nodes.map((_, k) => k), ticktext: labels } : {}),
    ...more,
  });
  return new Figure(
    [
      {
        type: 'heatmap',
        z: weights.map((row) => Array.from(row, (weight) => (Number.isFinite(weight) ? weight : null))),
        zmin: 0,
        colorscale: PALE_SCALE,
        ...(nodes.length <= 20 && { xgap: 1, ygap: 1 }),
        customdata: nodes.map((to) => nodes.map((from) => `${plainText(to)} takes from ${plainText(from)}`)),
        colorbar: { title: { text: 'weight', side: 'top' }, thickness: 12, outlinewidth: 0, tickformat: '.0%' },
        hoverongaps: false,
        hovertemplate: '%{customdata}: %{z:.1%}<extra></extra>',
      },
    ],
    {
      ...head,
      width,
      height: side + top + bottom,
      margin: { l: left, r: right, t: top, b: bottom },
      showlegend: false,
      xaxis: axis('listened to', { tickangle: isNamed ? -45 : 0, automargin: false }),
      yaxis: axis('listens', { autorange: 'reversed', automargin: false, linecolor: COLOURS.axis }),
    },
    { summary: new Table(strongest(nodes, weights), { formats: { weight: (value) => formatShare(value as number) } }) },
  );
}

/** The strongest connections between two different nodes. */
function strongest(nodes: readonly string[], weights: readonly Numbers[]) {
  const edges = nodes.flatMap((to, i) =>
    nodes.flatMap((from, j) =>
      i !== j && Number.isFinite(weights[i]![j]!) ? { node: to, 'listens to': from, weight: weights[i]![j]! } : [],
    ),
  );
  return edges.sort((a, b) => b.weight - a.weight).slice(0, 10);
}
