// Every figure of the library once, from the examples that the tests look at: for a page of its own and for the reference.
import { type Figure, followingScheme } from '../../src/plots';
import { escapeHTML } from '../../src/tables';
import { CATALOGUE } from '../../tests/plots/catalogue';
import { EXAMPLES } from '../../tests/plots/examples';
import { anchorOf, type Page } from './page';

/** Pictures by the public name of the function that draws them; examples that show a special case of one are left out. */
export function galleryPictures(names: readonly { name: string }[]): Map<string, string> {
  const known = new Set(names.map(({ name }) => name));
  const figures: Record<string, () => Figure> = {
    ...EXAMPLES,
    ...Object.fromEntries(Object.entries(CATALOGUE).map(([name, make]) => [name, () => make({ width: 860 })])),
  };
  return new Map(
    Object.entries(figures).flatMap(([name, make]) => {
      const drawer = `rl.plots.${camel(name)}`;
      const drawn = known.has(drawer) ? picture(make()) : undefined;
      return drawn === undefined ? [] : [[drawer, drawn] as const];
    }),
  );
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The still picture; none of a figure that only a browser with WebGL draws. */
function picture(figure: Figure): string | undefined {
  try {
    const svg = Buffer.from(followingScheme(figure.toSVG())).toString('base64');
    return `<img loading="lazy" alt="${escapeHTML(figure.title)}" src="data:image/svg+xml;base64,${svg}">`;
  } catch (error) {
    if ((error as { code?: string }).code === 'figure-not-static') return undefined;
    throw error;
  }
}

/** The gallery: every picture leads to its function. */
export function galleryPage(pictures: ReadonlyMap<string, string>): Page {
  const blocks = [...pictures].map(([name, html]) => {
    const link = `reference/rl-plots.html#${anchorOf(name)}`;
    return { name, html, link, block: name.replaceAll('.', '-') };
  });
  return {
    path: 'gallery',
    title: 'Gallery',
    part: 'Start',
    html: Object.fromEntries(blocks.map(({ block, html, link }) => [block, `<a href="${link}">${html}</a>`])),
    markdown: [
      '# Gallery',
      'Every figure, drawn from the examples that the tests look at. In a notebook and in a report they are alive.',
      ...blocks.flatMap(({ name, block }) => [`## ${name}`, `{{${block}}}`]),
    ].join('\n\n'),
  };
}
