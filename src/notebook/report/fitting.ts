/**
 * How a live figure fits the page it stands in, as text for the reader's browser: panels beside each other are set one under the other where
 * there is no room for them, titles are broken into lines, and colours are those of the page.
 */
export const FITTING = `
  function clone(value) { return JSON.parse(JSON.stringify(value)); }
  function broken(text, width, font) {
    var pen = document.createElement('canvas').getContext('2d');
    pen.font = font;
    return String(text).split(/ |<br>/).reduce(function (lines, word) {
      var last = lines[lines.length - 1];
      if (last !== undefined && pen.measureText(last + ' ' + word).width <= width) lines[lines.length - 1] = last + ' ' + word;
      else lines.push(word);
      return lines;
    }, []);
  }
  function panelsOf(layout) {
    var found = {};
    Object.keys(layout).forEach(function (key) {
      if (!/^yaxis\\d*$/.test(key) || !layout[key] || !layout[key].domain) return;
      var x = layout[String(layout[key].anchor || 'x').replace('x', 'xaxis')] || {};
      var place = [x.domain || [0, 1], layout[key].domain];
      var name = place.map(function (one) { return one[0].toFixed(3); }).join();
      found[name] = found[name] || { x: place[0], y: place[1], axes: [] };
      found[name].axes.push(key, String(layout[key].anchor || 'x').replace('x', 'xaxis'));
    });
    return Object.keys(found).map(function (name) { return found[name]; }).sort(function (a, b) { return b.y[1] - a.y[1] || a.x[0] - b.x[0]; });
  }
  function stack(layout, height) {
    var list = panelsOf(layout);
    if (new Set(list.map(function (one) { return one.x[0].toFixed(3); })).size < 2) return height;
    var pixels = list.map(function (one) { return height * (one.y[1] - one.y[0]); });
    var total = pixels.reduce(function (a, b) { return a + b; }, 0) + 84 * (list.length - 1);
    var top = 1;
    list.forEach(function (one, k) {
      one.now = [top - pixels[k] / total, top];
      top = one.now[0] - 84 / total;
    });
    (layout.annotations || []).forEach(function (note) {
      if (note.xref !== 'paper' || note.yref !== 'paper') return;
      var own = list.filter(function (one) { return note.x >= one.x[0] - 0.01 && note.x <= one.x[1] + 0.01 && note.y >= one.y[0] - 0.01; })[0];
      if (!own) return;
      note.x = (note.x - own.x[0]) / (own.x[1] - own.x[0]);
      note.y = own.now[1] + (note.y - own.y[1]) * height / total;
    });
    list.forEach(function (one) {
      one.axes.forEach(function (key) {
        if (layout[key]) layout[key].domain = key[0] === 'x' ? [0, 1] : one.now;
      });
    });
    return total;
  }
  function fitted(json, room, dark) {
    var layout = clone(json.layout), data = json.data;
    var natural = layout.width || 860, tall = layout.height || 450, width = Math.min(natural, room);
    var margin = layout.margin = Object.assign({ l: 66, r: 24, t: 92, b: 56 }, layout.margin);
    if (width < natural - 20) {
      var before = tall - margin.t - margin.b, after = before;
      var isPlaced = data.some(function (trace) { return trace.colorbar || trace.domain; }) || (layout.shapes || []).some(function (shape) { return shape.xref === 'paper' || shape.yref === 'paper'; });
      if (width < 560 && !isPlaced) after = stack(layout, before);
      var title = layout.title, more = 0;
      if (title && title.text) {
        var lines = broken(title.text, width - 32, '600 16px Helvetica, Arial, sans-serif');
        var below = title.subtitle && title.subtitle.text ? broken(title.subtitle.text, width - 32, '12px Helvetica, Arial, sans-serif') : [];
        more = 21 * (lines.length - String(title.text).split('<br>').length) + 16 * Math.max(0, below.length - (below.length ? title.subtitle.text.split('<br>').length : 0));
        title.text = lines.join('<br>');
        if (below.length) title.subtitle.text = below.join('<br>');
      }
      var names = data.filter(function (trace) { return layout.showlegend !== false && trace.showlegend !== false && trace.name; });
      var widest = names.reduce(function (most, trace) { return Math.max(most, 46 + 6.5 * String(trace.name).length); }, 1);
      var rows = function (pixels) { return Math.ceil(names.length / Math.max(1, Math.floor(pixels / widest))); };
      if (layout.legend && layout.legend.orientation === 'h') {
        more += 20 * Math.max(0, rows(width - margin.l - margin.r) - rows(natural - margin.l - margin.r));
        if (layout.legend.y > 1) layout.legend.y = 1 + (layout.legend.y - 1) * before / after;
      }
      margin.t += more;
      tall = after + margin.t + margin.b;
    }
    layout.width = width;
    layout.height = tall;
    if (!dark) return { data: data, layout: layout };
    return { data: inDark(data), layout: Object.assign({ paper_bgcolor: '#141B22', plot_bgcolor: '#141B22' }, inDark(layout), layout.font ? {} : { font: { color: '#E8EDF1' } }) };
  }
  function inDark(value) {
    if (typeof value === 'string') {
      if (COLOURS[value.toUpperCase()]) return COLOURS[value.toUpperCase()];
      var parts = /^rgba\\((\\d+), ?(\\d+), ?(\\d+), ?([\\d.]+)\\)$/.exec(value);
      if (!parts) return value;
      var hex = '#' + parts.slice(1, 4).map(function (one) { return (256 + Number(one)).toString(16).slice(1); }).join('').toUpperCase();
      if (!COLOURS[hex]) return value;
      var own = [1, 3, 5].map(function (at) { return parseInt(COLOURS[hex].slice(at, at + 2), 16); });
      return 'rgba(' + own.join(', ') + ', ' + parts[4] + ')';
    }
    if (Array.isArray(value)) return value.map(inDark);
    if (value && typeof value === 'object') return Object.keys(value).reduce(function (all, key) { all[key] = inDark(value[key]); return all; }, {});
    return value;
  }
`;
