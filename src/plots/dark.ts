/** The colours of figures by those that stand for them on a dark page: as far from the background as their light ones are from white. */
const DARK: Readonly<Record<string, string>> = {
  // backgrounds, lines and text
  '#FFFFFF': '#141B22',
  '#1F2933': '#E8EDF1',
  '#5A6672': '#AAB6C1',
  '#E6EAEE': '#2A343E',
  '#B8C1CA': '#4C5863',
  '#8A94A0': '#8A94A0',
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
  Object.entries(DARK).map(([light, dark]) => [channels(light).join(), channels(dark).join(', ')]),
);

/** Data or a layout of a figure with every colour of the light look exchanged for its dark one; other values stay as they are. */
export function inDarkColours<T>(value: T): T {
  if (typeof value === 'string') return darkColour(value) as T;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(inDarkColours) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inDarkColours(inner)])) as T;
}

function darkColour(text: string): string {
  const hex = DARK[text.toUpperCase()];
  if (hex !== undefined) return hex;
  const [, red, green, blue, opacity] = /^rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)$/.exec(text) ?? [];
  const dark = BY_CHANNELS.get([red, green, blue].join());
  return dark === undefined ? text : `rgba(${dark}, ${opacity})`;
}
