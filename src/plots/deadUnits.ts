import { checkNumber } from '../core';
import { formatShare, Table } from '../tables';
import { Figure, plainText } from './figure';
import type { Numbers } from './numbers';
import { heading } from './panels';
import { rowNote } from './spreadMarks';
import { SEQUENTIAL_SCALE } from './template';

/** Activity of the units of a layer: the share of samples for which each is on. */
export interface UnitActivity {
  layer: string;
  /** Per unit, the share of samples for which its output is above zero, in [0, 1]. */
  activeShare: Numbers;
}

/** Options of {@link deadUnits}. */
export interface DeadUnitsOptions {
  title?: string;
  /** A unit active in a smaller share of the samples counts as dead. Default 0.01 (Amazon SageMaker Debugger's rule). */
  deadBelow?: number;
}

/**
 * A heat map of how often each unit is on, one line per layer, sorted by activity. Dead units are dark; the share of them is
 * written beside the layer.
 *
 * @param layers active share per unit, in the order of the model.
 * @param options `title`, `deadBelow`.
 *
 * @example
 * deadUnits([{ layer: 'dense', activeShare: [0, 0.5, 1] }]).summary.rows.length; // 1
 */
export function deadUnits(layers: readonly UnitActivity[], options: DeadUnitsOptions = {}): Figure {
  checkNumber('plots.deadUnits', 'the number of layers', layers.length, 1);
  const deadBelow = checkNumber('plots.deadUnits', 'deadBelow', options.deadBelow ?? 0.01, 0, 1);
  const rows = layers.map(({ layer, activeShare }) => {
    const units = activeShare.length;
    const dead = Array.from(activeShare).filter((share) => share < deadBelow).length;
    return { layer, units, dead, deadShare: dead / units };
  });
  const widest = Math.max(...rows.map(({ units }) => units));
  // Fewer units than the widest layer: every line fills the width, each unit as broad as its layer allows.
  const columns = Math.min(256, widest);
  const z = layers.map(({ activeShare }) => {
    const sorted = Float64Array.from(activeShare).sort();
    return Array.from({ length: columns }, (_, k) => sorted[Math.floor((k * sorted.length) / columns)]!);
  });
  const names = rows.map(({ layer }) => plainText(layer));
  return new Figure(
    [
      {
        type: 'heatmap',
        z,
        y: names,
        x: Array.from({ length: columns }, (_, k) => (k + 0.5) / columns),
        zmin: 0,
        zmax: 1,
        ygap: 3,
        colorscale: SEQUENTIAL_SCALE,
        colorbar: {
          title: { text: 'active in', side: 'right' },
          tickformat: '.0%',
          thickness: 12,
          outlinewidth: 0,
          x: 1.13,
        },
        hovertemplate: '%{y}: active in %{z:.1%} of the samples<extra></extra>',
      },
    ],
    {
      showlegend: false,
      ...heading(
        options.title ?? 'How often each unit is on',
        `a unit is dead when it is on in fewer than ${formatShare(deadBelow)} of the samples`,
      ),
      height: 160 + 34 * layers.length,
      margin: { l: 120, r: 170, t: 76, b: 52 },
      xaxis: {
        title: { text: 'units of the layer, from least to most active' },
        tickformat: '.0%',
        showgrid: false,
        range: [0, 1],
      },
      yaxis: { autorange: 'reversed', type: 'category', ticks: '', showgrid: false },
      annotations: rows.map(({ dead, units, deadShare }, k) =>
        rowNote(names[k]!, `${dead} of ${units} dead`, deadShare > 0.5),
      ),
    },
    {
      summary: new Table(rows, {
        headings: { deadShare: 'dead share' },
        formats: { deadShare: (v) => formatShare(v as number) },
      }),
    },
  );
}
