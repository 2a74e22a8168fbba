/**
 * The one look of every figure: light, quiet grid, and the palette of Okabe and Ito (2008), which stays apart for people
 * with any of the common kinds of colour blindness.
 */
export const PALETTE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#5B5B5B'] as const;

/** Names for the colours that carry a meaning, the same in all figures. */
export const COLOURS = {
  training: '#0072B2',
  validation: '#D55E00',
  targets: '#5B5B5B',
  predictions: '#0072B2',
  bad: '#D55E00',
  good: '#009E73',
  neutral: '#8A94A0',
  text: '#1F2933',
  quietText: '#5A6672',
  grid: '#E6EAEE',
  axis: '#B8C1CA',
  background: '#FFFFFF',
} as const;

/** Dark is low, light is high, in even steps and without red against green (Nuñez, Anderton and Renslow 2018: cividis). */
export const SEQUENTIAL_SCALE = 'Cividis';
/** From nearly white to dark blue, for cells that carry their number as text. */
export const PALE_SCALE: readonly (readonly [number, string])[] = [
  [0, '#F3F7FB'],
  [0.25, '#CFE1F0'],
  [0.5, '#9CC4E2'],
  [0.75, '#4B8FC4'],
  [1, '#0B4A80'],
];
// No name that needs quotes: plotly.js garbles them when it writes a picture outside a browser.
export const FONT_FAMILY = 'Helvetica, Arial, sans-serif';

/** The width of a figure, in CSS pixels; it fits the text column of a notebook. */
export const WIDTH = 860;

/** How one of several series is drawn: no two of a figure's first 24 look alike. */
export interface SeriesStyle {
  color: string;
  dash: string;
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;
/** Colours for heads and runs; red means that something is wrong, and grey that something is given. */
const SERIES = ['#0072B2', '#56B4E9', '#CC79A7', '#009E73', '#E69F00', '#332288'] as const;

/**
 * Styles of series by name. A name asks for the same colour in every figure, and gets the next one that is free where two ask
 * for one; after the last colour they start again with another dash.
 */
export function seriesStyles(names: readonly string[]): Map<string, SeriesStyle> {
  const styles = new Map<string, SeriesStyle>();
  const taken = new Set<number>();
  for (const name of new Set(names)) {
    if (taken.size % SERIES.length === 0) taken.clear();
    let place = hashOf(name) % SERIES.length;
    while (taken.has(place)) place = (place + 1) % SERIES.length;
    taken.add(place);
    const dash = DASHES[Math.floor(styles.size / SERIES.length) % DASHES.length]!;
    styles.set(name, { color: SERIES[place]!, dash });
  }
  return styles;
}

/** FNV-1a over the characters (Fowler, Noll and Vo 1991). */
export function hashOf(text: string): number {
  let value = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) value = Math.imul(value ^ text.charCodeAt(k), 0x01000193);
  return value >>> 0;
}

/** The nth colour of the palette, starting again after the last. */
export function colour(k: number): string {
  return PALETTE[k % PALETTE.length]!;
}

/** The same colour, let through by `opacity` in [0, 1]. */
export function faded(hex: string, opacity: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

/** Attributes that every axis gets unless it says otherwise. */
export const AXIS = {
  gridcolor: COLOURS.grid,
  linecolor: COLOURS.axis,
  zerolinecolor: COLOURS.axis,
  zerolinewidth: 1,
  showline: true,
  ticks: 'outside',
  ticklen: 4,
  tickcolor: COLOURS.axis,
  automargin: true,
  exponentformat: 'power',
  title: { standoff: 8, font: { size: 12, color: COLOURS.quietText } },
  tickfont: { size: 11, color: COLOURS.quietText },
} as const;

/** Layout that every figure starts from. */
export const LAYOUT = {
  font: { family: FONT_FAMILY, size: 12, color: COLOURS.text },
  paper_bgcolor: COLOURS.background,
  plot_bgcolor: COLOURS.background,
  colorway: [...PALETTE],
  margin: { l: 64, r: 24, t: 72, b: 56 },
  hovermode: 'closest',
  hoverlabel: { font: { family: FONT_FAMILY, size: 12 } },
  legend: { font: { size: 11 }, bgcolor: 'rgba(255,255,255,0)', tracegroupgap: 4 },
} as const;
