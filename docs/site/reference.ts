// The reference: every public name with its declaration, documentation and examples, out of the sources.
import type { PublicName } from '../../tests/architecture/publicSurface';
import { anchorOf, type Page } from './page';

const PART = 'Reference';
/** What a kind of name is called, in the order in which a page has them. */
const KINDS = { function: 'Functions', class: 'Classes', value: 'Values', type: 'Types' } as const;

/**
 * A page per namespace, `rl` itself first.
 *
 * @param pictures HTML of a figure, by the public name of the function that draws it.
 */
export function referencePages(pictures: ReadonlyMap<string, string>, names: readonly PublicName[]): Page[] {
  const places = new Map(names.map(({ name }) => [name, namespaceOf(name, names)]));
  const spaces = [...new Set(places.values())];
  const known = new Map(
    names.map(({ name }) => [name.split('.').slice(-1)[0]!, `${fileOf(places.get(name)!)}.html#${anchorOf(name)}`]),
  );
  return spaces.map((space) => {
    const own = names.filter(({ name }) => places.get(name) === space);
    const sections = Object.entries(KINDS).flatMap(([kind, heading]) => {
      const listed = own.filter((one) => one.kind === kind);
      if (listed.length === 0) return [];
      const texts = listed.flatMap((one) => [
        section(one, known, pictures.has(one.name)),
        ...own
          .filter(({ kind: k, name }) => k === 'member' && name.startsWith(`${one.name}.`))
          .map((member) => section(member, known)),
      ]);
      return [`## ${heading}`, ...texts];
    });
    const imports =
      space === 'rl' ? "import * as rl from 'reluctant';" : `import { ${space.slice(3)} } from 'reluctant';`;
    return {
      path: `reference/${fileOf(space)}`,
      title: space,
      part: PART,
      html: Object.fromEntries(
        own.flatMap(({ name }) => (pictures.has(name) ? [[blockOf(name), pictures.get(name)!]] : [])),
      ),
      markdown: [`# ${space}`, `\`\`\`ts\n${imports}\n\`\`\``, ...sections].join('\n\n'),
    };
  });
}

/** The block of a page that holds the picture of a function. */
const blockOf = (name: string): string => name.replaceAll('.', '-');

const fileOf = (space: string): string => space.replaceAll('.', '-');

/** The namespace a name lies in: a member of a class lies where its class does. */
function namespaceOf(name: string, names: readonly PublicName[]): string {
  const above = name.slice(0, name.lastIndexOf('.'));
  const owner = names.find((one) => one.name === above);
  return owner ? namespaceOf(owner.name, names) : above;
}

function section(one: PublicName, known: ReadonlyMap<string, string>, isDrawn = false): string {
  const { name, kind, file, text, examples, declaration, tags } = one;
  const parameters = tags
    .filter((tag) => tag.name === 'param')
    .map((tag) => `- ${tag.text.replace(/^(\S+)\s/, '**$1** ')}`);
  const rest = tags
    .filter((tag) => ['returns', 'throws', 'see'].includes(tag.name))
    .map((tag) => `*${tag.name}* ${tag.text}`);
  return [
    `${kind === 'member' ? '####' : '###'} ${name}`,
    ...(declaration ? [`\`\`\`ts\n${declaration}\n\`\`\``] : []),
    text,
    ...(isDrawn ? [`{{${blockOf(name)}}}`] : []),
    ...(parameters.length > 0 ? [parameters.join('\n')] : []),
    ...rest,
    ...examples.map((code) => `\`\`\`ts\n${code}\n\`\`\``),
    ...(kind === 'member' ? [] : [`\`${file}\``]),
  ]
    .map((part) => linked(part, known))
    .join('\n\n');
}

/** `{@link name}` as a link to where the name is documented, where it is. */
const linked = (text: string, known: ReadonlyMap<string, string>): string =>
  text.replace(/\{@link\s+([\w.]+)(?:\s+([^}]*))?\}/g, (_, name: string, words?: string) => {
    const place = known.get(name.split('.').slice(-1)[0]!);
    return place ? `[${words ?? name}](${place})` : `\`${words ?? name}\``;
  });
