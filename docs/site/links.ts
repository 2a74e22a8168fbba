// Every link of the site leads somewhere: pages, their anchors, and files beside them.
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Links within the built site that lead nowhere, as "page: link".
 *
 * @param places what search offers, from the root of the site.
 */
export function brokenLinks(folder: string, places: readonly string[] = []): string[] {
  const pages = (fs.readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.html'));
  const anchors = new Map<string, Set<string>>();
  const html = new Map(pages.map((page) => [page, fs.readFileSync(path.join(folder, page), 'utf8')]));
  for (const [page, text] of html)
    anchors.set(page, new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!)));
  const leadsNowhere = (page: string, link: string): boolean => {
    const [file, anchor] = link.split('#') as [string, string | undefined];
    const target = file === '' ? page : path.join(path.dirname(page), decodeURIComponent(file));
    if (!fs.existsSync(path.join(folder, target))) return true;
    return anchor !== undefined && anchor !== '' && anchors.has(target) && !anchors.get(target)!.has(anchor);
  };
  const ofPages = [...html].flatMap(([page, text]) =>
    [...text.matchAll(/<a [^>]*href="([^"]*)"/g)]
      .map(([, link]) => link!.replaceAll('&amp;', '&'))
      .filter((link) => !/^(https?:|mailto:|data:)/.test(link) && leadsNowhere(page, link))
      .map((link) => `${page}: ${link}`),
  );
  return [...ofPages, ...places.filter((place) => leadsNowhere('.', place)).map((place) => `search: ${place}`)];
}
