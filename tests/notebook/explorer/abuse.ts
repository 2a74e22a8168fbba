// Sliders moved faster than anything can train, with a front end that answers like a page: what must not happen is checked.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { countCompiled } from '../../../src/compile';
import { collectGarbage, Random, tf } from '../../../src/core';
import { type ExploredSetting, Explorer } from '../../../src/explorer';
import { LiveExplorer } from '../../../src/notebook/explorer';
import { program } from '../../../src/programs';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from '../../training/models';
import { connect, disconnect, move, post, reported, sent, show } from '../frontEnd';

/** What a storm of moves has left behind. */
export interface Abuse {
  moves: number;
  runs: number;
  drawings: number;
  /** Drawings of another setting than the one the controls stood at. */
  stale: string[];
  /** Failures of listeners. */
  failures: unknown[];
  tensorsGrown: number;
  /** Megabytes (10^6 bytes) of resident memory after it, beyond those before it. */
  megabytesGrown: number;
  graphs: number;
  /** Whether the picture at the end is the finished run of where the controls stand. */
  settled: boolean;
}

/**
 * Moves all sliders, lists and fields of an explorer at random for some seconds, zeros and settings without a meaning among them.
 *
 * @param warmUp seconds of the same before memory is first read, in which every balancer and choice is compiled once.
 */
export async function moveWildly(seconds: number, warmUp = 0): Promise<Abuse> {
  connect();
  const data = { ...twoHeadRows(2000), validation: twoHeadRows(500, 2) };
  const stale: string[] = [];
  let drawings = 0;
  const twoHeads = program({
    defaults: { seed: 1, epochs: 30 },
    choices: { units: ['few', 'many'] },
    data,
    model: ({ units }) => twoHeadModel(units === 'many' ? 24 : 12),
    options: { losses: twoHeadLosses, metrics: { direction: ['auc'], volatility: ['mae'] }, batchSize: 64 },
  });
  const explorer = await Explorer.open(twoHeads, { verdicts: false });
  const live: LiveExplorer = new LiveExplorer(explorer, ({ setting }) => {
    drawings += 1;
    const [drawn, stands] = [setting, standsAt(live)].map((one) => JSON.stringify(one) ?? 'nothing');
    if (drawn !== stands) stale.push(`${drawn} drawn at ${stands}`);
  });
  show(live.panel);
  const random = new Random(1);
  let moves = 0;
  const { controls } = live;
  const sliders = [...Object.values(controls.weights), controls.learningRate];
  const lists = [controls.balancer, ...Object.values(controls.choices), live.head];
  const storm = async (duration: number) => {
    const end = Date.now() + duration * 1000;
    // A crowded machine is no excuse for few moves.
    for (; Date.now() < end || moves <= 10; moves++) {
      const dice = random.uniform();
      if (dice < 0.8) {
        const { slider } = sliders[random.integer(0, sliders.length - 1)]!;
        const [low, high] = [Math.log10(slider.min), Math.log10(slider.max)];
        // The ends as often as everything between them, as when a slider is torn from end to end.
        const at = random.uniform() < 0.3 ? random.integer(0, 1) : random.uniform();
        move(slider, { value: 10 ** (low + (high - low) * at) });
      } else if (dice < 0.9) {
        const list = lists[random.integer(0, lists.length - 1)]!;
        move(list, { index: random.integer(0, list.options.length - 1) });
      } else if (dice < 0.95) move(controls.seed, { value: random.integer(0, 1000) });
      else move(controls.preset, { index: 0 });
      // The page answers every frame, now and then late.
      if (random.uniform() < 0.9) post(live.figure, { event: 'drawn', frame: live.figure.get('frame') });
      sent.length = 0;
      await wait(random.uniform() < 0.05 ? 600 : random.integer(0, 30));
    }
    await live.settled();
  };
  try {
    for (const kind of controls.balancer.options.map(([, value]) => value)) {
      for (const units of ['few', 'many']) {
        if (warmUp > 0) live.apply(explorer.settingAt({ balancer: kind, units }));
        await live.settled();
      }
    }
    await storm(warmUp);
    stale.length = 0;
    const before = { tensors: tf.memory().numTensors, bytes: resident() };
    await storm(seconds);
    const after = { tensors: tf.memory().numTensors, bytes: resident() };
    // A setting with a meaning at the end, so that there is something to have settled on.
    live.apply(explorer.settingAt({ seed: 77 }));
    await live.settled();
    return {
      moves,
      runs: explorer.runs.length,
      drawings,
      stale,
      failures: [...reported],
      tensorsGrown: after.tensors - before.tensors,
      megabytesGrown: (after.bytes - before.bytes) / 1e6,
      graphs: countCompiled(),
      settled: JSON.stringify(live.drawing.run?.setting) === JSON.stringify(live.setting),
    };
  } finally {
    live.close();
    disconnect();
  }
}

/** What must hold after any storm. Memory is for the long one: a short one sees what V8 takes for good. */
export function checkAbuse({ moves, drawings, stale, failures, tensorsGrown, settled }: Abuse): void {
  assert.ok(moves > 10 && drawings > 10, `${moves} moves, ${drawings} drawings`);
  assert.deepEqual(stale, []);
  assert.deepEqual(failures, []);
  assert.equal(tensorsGrown, 0);
  assert.ok(settled);
}

function standsAt(live: LiveExplorer | undefined): ExploredSetting | undefined {
  try {
    return live?.setting;
  } catch {
    return undefined;
  }
}

/** Bytes of resident memory once garbage is gone. */
function resident(): number {
  collectGarbage();
  return process.memoryUsage().rss;
}
