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
  function draw(figure) {
    var json = JSON.parse(document.getElementById('figure-' + figure.dataset.figure).textContent);
    var still = figure.querySelector('.still');
    var live = figure.querySelector('.live');
    var layout = Object.assign({}, json.layout);
    live.hidden = false;
    layout.width = Math.min(layout.width || 860, figure.clientWidth || 860);
    live.style.height = '0';
    live.style.overflow = 'hidden';
    return Plotly.newPlot(live, json.data, layout, Object.assign({ displaylogo: false }, json.config, { responsive: false })).then(
      function () { live.style.height = ''; live.style.overflow = ''; still.hidden = true; figure.dataset.alive = 'yes'; },
      function () { live.hidden = true; }
    );
  }
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
