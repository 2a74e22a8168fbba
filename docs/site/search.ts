// Search without a server: the words of every page in one file, and a few lines that look through them.
import { anchorOf, type Page } from './page';

/** One place that can be found. */
export interface Place {
  /** Page and anchor. */
  at: string;
  title: string;
  /** The words below it, in lower case. */
  words: string;
}

/** Every section of every page. */
export function placesOf(pages: readonly Page[]): Place[] {
  return pages.flatMap(({ path, title, markdown }) => {
    const sections = markdown.split(/^(?=#{1,3} )/m).filter((section) => section.trim() !== '');
    return sections.map((section) => {
      const [, heading] = /^#{1,3} (.*)/.exec(section) ?? [];
      const plain = (heading ?? title).replace(/[`*]/g, '');
      const words = section
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_.]+/gu, ' ')
        .trim();
      return { at: `${path}.html#${anchorOf(plain)}`, title: plain === title ? title : `${plain} · ${title}`, words };
    });
  });
}

/** In the reader's browser: places whose words hold all that is typed, titles first. */
export const SEARCH = `
(function () {
  var field = document.getElementById('search'), list = document.getElementById('found');
  field.hidden = false;
  function load() {
    if (load.asked) return;
    load.asked = true;
    var script = document.createElement('script');
    script.src = window.siteRoot + 'search.js';
    script.onload = look;
    document.head.appendChild(script);
  }
  function look() {
    list.textContent = '';
    var words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    if (!words.length || !window.sitePlaces) return;
    var found = window.sitePlaces.map(function (place) {
      var title = place.title.toLowerCase();
      var points = words.reduce(function (sum, word) {
        return sum + (title.indexOf(word) >= 0 ? 10 : place.words.indexOf(word) >= 0 ? 1 : -1000);
      }, title.indexOf(words.join(' ')) >= 0 ? 5 : 0);
      return { place: place, points: points - title.length / 1000 };
    }).filter(function (one) { return one.points > 0; });
    found.sort(function (a, b) { return b.points - a.points; });
    found.slice(0, 12).forEach(function (one) {
      var item = document.createElement('li'), link = document.createElement('a');
      link.href = window.siteRoot + one.place.at;
      link.textContent = one.place.title;
      item.appendChild(link);
      list.appendChild(item);
    });
    if (!found.length) list.textContent = 'nothing found';
  }
  field.addEventListener('focus', load);
  field.addEventListener('input', function () { load(); look(); });
})();
`;
