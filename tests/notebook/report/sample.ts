// A notebook with every kind of output, and with data that tries to become code.
import { Table } from '../../../src/tables';
import { EXAMPLES } from '../../plots/examples';

export const ATTACK = '</script><script>window.attacked = 1</script><img src=x onerror="window.attacked = 1">';

function bundleOf(value: object): Record<string, unknown> {
  // As a notebook file has it: read back from JSON.
  const display = value as Record<symbol, () => Record<string, unknown>>;
  return JSON.parse(JSON.stringify(display[Symbol.for('Jupyter.display')]!()));
}

const markdown = (source: string) => ({ cell_type: 'markdown', metadata: {}, source });
const code = (source: string, ...outputs: object[]) => ({
  cell_type: 'code',
  metadata: {},
  execution_count: 1,
  source: source.split(/(?<=\n)/),
  outputs,
});
const result = (data: object) => ({ output_type: 'execute_result', metadata: {}, execution_count: 1, data });
const shown = (data: object) => ({ output_type: 'display_data', metadata: {}, data });

export function sampleNotebook(): { cells: object[] } & Record<string, unknown> {
  const verdict = new Table(
    [
      { claim: 'ReLU: all predictions are zero', documented: '100 %', measured: 1, holds: true },
      { claim: `a name from data: ${ATTACK}`, documented: 'none', measured: 0.000025, holds: true },
    ],
    { title: 'Verdict' },
  );
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'reluctant', display_name: 'TypeScript (reluctant)', language: 'typescript' } },
    cells: [
      markdown(
        '# Why two heads predict nothing but zero\n\nA model with **three heads** trains, its loss falls, and yet `volatility` is *exactly* zero.\n\n| activation | range |\n|---|---|\n| ReLU | [0, ∞) |\n| softplus | (0, ∞) |\n\n> The fault arises from initialisation, never by writing zeros.',
      ),
      markdown('## 1. The fault\n\nTrain the documented model and look at what it predicts.'),
      code(
        "import * as rl from 'reluctant';\n// the documented model\nconst run = await rl.fit(model, samples, { epochs: 30 });",
        { output_type: 'stream', name: 'stdout', text: 'epoch 1\repoch 30 of 30\n\u001b[32mdone\u001b[0m\n' },
        shown(bundleOf(EXAMPLES['training-curves']!())),
      ),
      code('rl.plots.predictionDistributions(heads)', result(bundleOf(EXAMPLES['prediction-distributions']!()))),
      markdown(`### Names are data\n\n${ATTACK}\n\n[a link](javascript:window.attacked=1)`),
      code(`'${ATTACK}'`, result({ 'text/plain': ATTACK })),
      code(
        'html',
        result({
          'text/html': `<p onclick="window.attacked=1">kept text</p>${ATTACK}<style>body{display:none}</style>`,
        }),
      ),
      code(
        'svg',
        result({
          'image/svg+xml':
            '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" onload="window.attacked=1"><circle r="9" cx="10" cy="10"/></svg>',
        }),
      ),
      code('named', result(bundleOf(EXAMPLES['names-that-look-like-code']!()))),
      markdown('## 2. The verdict'),
      code('verdict', result(bundleOf(verdict))),
      code('rl.plots.deadUnits(units)', result(bundleOf(EXAMPLES['dead-units']!()))),
      code('', shown({ 'text/plain': '' })),
    ],
  };
}
