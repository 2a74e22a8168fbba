/** The MIME type of a live figure: what JupyterLab's Plotly extension draws. */
export const FIGURE_MIME = 'application/vnd.plotly.v1+json';
