import { FIGURE_MIME } from '../../plots/mime';

/**
 * What draws a {@link LiveFigure} in the page: an ES module in the form of anywidget. plotly.js (5 MB) is not sent along: it is
 * the one that JupyterLab's Plotly extension has loaded for ordinary figures. Its own renderer draws an output only once (as
 * of plotly 7.1 it ignores `update_display_data`), which is why figures that move need a widget. A page that has no plotly.js
 * asks the kernel for the static picture.
 */
export const LIVE_FIGURE_PAGE = `
const MIME = '${FIGURE_MIME}';
let loading;

async function findPlotly() {
  if (globalThis.Plotly) return globalThis.Plotly;
  const extension = globalThis._JUPYTERLAB?.['jupyterlab-plotly'];
  if (!extension) return undefined;
  const { RenderedPlotly, rendererFactory } = (await extension.get('./mimeExtension'))();
  if (!RenderedPlotly.Plotly) {
    // The extension gets hold of plotly.js when it draws for the first time.
    const renderer = rendererFactory.createRenderer({ mimeType: MIME });
    await renderer.renderModel({ data: { [MIME]: { data: [], layout: {} } }, metadata: {}, setData() {} });
    renderer.dispose();
  }
  return RenderedPlotly.Plotly;
}

function drawPicture(place, model) {
  const svg = model.get('picture');
  const picture = document.createElement(svg ? 'img' : 'pre');
  if (svg) {
    picture.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(svg);
    picture.alt = model.get('text');
    picture.style.maxWidth = '100%';
  } else picture.textContent = model.get('text');
  place.replaceChildren(picture);
}

export default {
  async render({ model, el }) {
    const place = document.createElement('div');
    place.className = 'reluctant-live-figure';
    el.append(place);
    loading ??= findPlotly();
    const plotly = await loading.catch(() => undefined);
    if (!plotly) model.send({ event: 'picture wanted' });
    let drawing = false;
    let again = false;
    let gone = false;
    const draw = async () => {
      if (drawing) {
        again = true;
        return;
      }
      drawing = true;
      do {
        again = false;
        const frame = model.get('frame');
        const { data, layout, config } = model.get('figure');
        // plotly.js writes into the layout that it is given; the model's own has to stay as the kernel sent it.
        if (plotly) await plotly.react(place, data, structuredClone(layout), config);
        else drawPicture(place, model);
        place.dataset.frame = frame;
        model.send({ event: 'drawn', frame });
      } while (again && !gone);
      drawing = false;
    };
    const redraw = () => void draw().catch((error) => {
      drawing = false;
      console.error(error);
    });
    model.on('change:frame', redraw);
    model.on('change:picture', redraw);
    await draw();
    if (plotly) {
      place.on('plotly_click', ({ points }) => {
        const found = points.map(({ curveNumber, pointIndex, pointNumber, x, y, z }) =>
          ({ trace: curveNumber, index: pointIndex ?? pointNumber, x, y, z }));
        model.send({ event: 'click', points: found });
      });
    }
    return () => {
      gone = true;
      model.off('change:frame', redraw);
      model.off('change:picture', redraw);
      plotly?.purge(place);
    };
  },
};
`;
