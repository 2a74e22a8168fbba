import { DARK_COLOURS } from '../../plots';
import { FITTING } from './fitting';

/**
 * The only script of a report. It unpacks plotly.js, which the page carries once (compressed, in base64), and draws each
 * figure over its still picture when it comes near the window. If anything fails the still pictures stay.
 *
 * Kept as text: it runs in the reader's browser, and the page's Content-Security-Policy names its hash, so that no other
 * script can run there but what this one starts.
 */
export const LOADER = `
(function () {
  'use strict';
  var figures = document.querySelectorAll('figure[data-figure]');
  var packed = document.getElementById('plotly');
  var toggle = document.getElementById('all-code');
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener('click', function () {
      var open = toggle.getAttribute('aria-pressed') !== 'true';
      toggle.setAttribute('aria-pressed', String(open));
      toggle.textContent = open ? 'Hide code' : 'Show code';
      document.querySelectorAll('details.code').forEach(function (code) { code.open = open; });
    });
  }
  if (!figures.length || !packed || !window.DecompressionStream) return;
  function unpack() {
    var text = atob(packed.textContent.trim());
    var bytes = new Uint8Array(text.length);
    for (var k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).blob();
  }
  function run(code) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement('script');
      var address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      script.src = address;
      script.onload = function () { URL.revokeObjectURL(address); resolve(); };
      script.onerror = reject;
      document.head.appendChild(script);
    });
  }
  var COLOURS = ${JSON.stringify(DARK_COLOURS)};
  ${FITTING}
  var scheme = window.matchMedia('(prefers-color-scheme: dark)');
  var drawn = [];
  function shape(figure) {
    var json = JSON.parse(document.getElementById('figure-' + figure.dataset.figure).textContent);
    var now = fitted(json, figure.clientWidth || 860, scheme.matches);
    return Object.assign(now, { config: Object.assign({ displaylogo: false }, json.config, { responsive: false }) });
  }
  function draw(figure) {
    var still = figure.querySelector('.still');
    var live = figure.querySelector('.live');
    live.hidden = false;
    live.style.height = '0';
    live.style.overflow = 'hidden';
    var now = shape(figure);
    return Plotly.newPlot(live, now.data, now.layout, now.config).then(
      function () {
        live.style.height = now.layout.height + 'px';
        live.style.overflow = '';
        still.hidden = true;
        figure.dataset.alive = 'yes';
        drawn.push(figure);
      },
      function () { live.hidden = true; }
    );
  }
  function drawAgain() {
    drawn.forEach(function (figure) {
      var live = figure.querySelector('.live');
      var now = shape(figure);
      live.style.height = now.layout.height + 'px';
      Plotly.react(live, now.data, now.layout, now.config);
    });
  }
  var later, width = window.innerWidth;
  window.addEventListener('resize', function () {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(later);
    later = setTimeout(drawAgain, 150);
  });
  scheme.addEventListener('change', drawAgain);
  unpack().then(run).then(function () {
    var watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        watch.unobserve(entry.target);
        draw(entry.target);
      });
    }, { rootMargin: '800px' });
    figures.forEach(function (figure) { watch.observe(figure); });
  }).catch(function () { document.documentElement.dataset.figures = 'still'; });
})();
`;
