/** The colours of figures, each with the one that stands for it on a dark page: as far from the background as it is from white. */
export const DARK_COLOURS: Readonly<Record<string, string>> = {
  // backgrounds, lines and text
  '#FFFFFF': '#141B22',
  '#1F2933': '#E8EDF1',
  '#5A6672': '#AAB6C1',
  '#E6EAEE': '#2A343E',
  '#B8C1CA': '#4C5863',
  '#8A94A0': '#8A94A0',
  '#444444': '#AAB6C1',
  // series
  '#0072B2': '#4BA6DF',
  '#D55E00': '#F5853D',
  '#009E73': '#2FC198',
  '#CC79A7': '#DB93BA',
  '#E69F00': '#EDB233',
  '#56B4E9': '#7CCBF3',
  '#5B5B5B': '#B4B4B4',
  '#332288': '#9A8BE0',
  // pale scales
  '#F3F7FB': '#18242F',
  '#CFE1F0': '#1D3A52',
  '#9CC4E2': '#28628F',
  '#4B8FC4': '#4C97CF',
  '#0B4A80': '#A9D5F5',
  '#EDB98F': '#7A421B',
  '#93C1DF': '#1F5478',
};

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const BY_CHANNELS = new Map(
  Object.entries(DARK_COLOURS).map(([light, dark]) => [channels(light).join(), channels(dark).join(', ')]),
);

/** Data or a layout of a figure with every colour of the light look exchanged for its dark one; other values stay as they are. */
export function inDarkColours<T>(value: T): T {
  if (typeof value === 'string') return darkColour(value) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(inDarkColours) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inDarkColours(inner)])) as T;
}

function darkColour(text: string): string {
  const hex = DARK_COLOURS[text.toUpperCase()];
  if (hex !== undefined) return hex;
  const [, red, green, blue, opacity] = /^rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)$/.exec(text) ?? [];
  const dark = BY_CHANNELS.get([red, green, blue].join());
  return dark === undefined ? text : `rgba(${dark}, ${opacity})`;
}

/**
 * A picture of a figure as SVG that follows its reader into the dark: its colours become variables with two values each.
 *
 * @example
 * followingScheme('<svg><path style="fill: rgb(255, 255, 255)"/></svg>').includes('prefers-color-scheme'); // true
 */
export function followingScheme(svg: string): string {
  const used = new Map<string, string>();
  const body = svg.replace(
    /((?:fill|stroke|stop-color|color): ?)rgb\((\d+), (\d+), (\d+)\)/g,
    (all, property: string, ...parts: string[]) => {
      const key = parts.slice(0, 3).join();
      if (!BY_CHANNELS.has(key)) return all;
      if (!used.has(key)) used.set(key, `--c${used.size}`);
      return `${property}var(${used.get(key)})`;
    },
  );
  const values = (of: (key: string) => string) => [...used].map(([key, name]) => `${name}:rgb(${of(key)})`).join(';');
  const style = `<style>:root{${values((key) => key)}}@media screen and (prefers-color-scheme:dark){:root{${values((key) => BY_CHANNELS.get(key)!)}}}</style>`;
  return used.size === 0 ? svg : body.replace(/(<svg[^>]*>)/, `$1${style}`);
}
