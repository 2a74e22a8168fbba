import type { ExploredRun, Explorer, Surface } from '../../explorer';
import { mimeBundle } from '../bundle';
import * as widgets from '../widgets';
import { LiveExplorer } from './live';

/** The MIME bundle of a surface whose cells can be clicked. */
export const surfacePicture = (surface: Surface): Record<string, unknown> => mimeBundle(new SurfaceWidget(surface).box);

/**
 * A surface as a widget: its cells can be clicked, with a list of measures to choose from. The setting of a cell is loaded into
 * the explorer's sliders and trained there.
 */
export class SurfaceWidget {
  readonly live: widgets.LiveFigure;
  readonly box: widgets.Box;

  constructor(private readonly surface: Surface) {
    const { measure, explorer } = surface;
    // A measure of the caller's own comes first.
    const measures = [measure, ...explorer.measures.filter(({ key }) => key !== measure.key)];
    this.live = widgets.liveFigure(surface.figure());
    const choice = widgets.dropdown({
      label: 'measure',
      options: Object.fromEntries(measures.map((one) => [one.key, one])),
      value: measure,
      layout: { width: '24em' },
      onChange: (one) => {
        surface.measure = one;
        this.live.update(surface.figure());
      },
    });
    const hint = widgets.label('click a cell to load its weights into the sliders');
    this.live.onClick(({ index }) => {
      const run = Array.isArray(index) ? surface.inCell(index[0], index[1]) : undefined;
      if (run) this.load(run);
    });
    this.box = widgets.vbox([widgets.hbox([choice, hint]), this.live]);
  }

  /** Moves the explorer's sliders to a cell's setting and trains it there. Without sliders on the screen they appear below. */
  load(run: ExploredRun): void {
    const explorer = this.surface.explorer as Explorer;
    this.surface.chosen = run;
    this.live.update(this.surface.figure());
    if (!explorer.screen) {
      const made = new LiveExplorer(explorer);
      this.box.children = [...this.box.children, made.panel];
    }
    explorer.screen!.apply(run.setting);
  }
}
