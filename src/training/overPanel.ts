import { checkInteger, checkNames, ReluctantError, type TF, tf } from '../core';
import { type FunctionModel, faceOf, isLayersModel, type Named } from './trainable';

/** Options of {@link overPanel}. */
export interface OverPanelOptions {
  /** Days that are predicted at a time in validation, so that their windows fit into memory. Default 32. */
  daysAtOnce?: number;
}

/**
 * A model of one stock's window, applied to all stocks of a day: the rows of the result are days, named by their places (`StockPanel.samples`), and its predictions
 * are [days, stocks], or [days, stocks, outputs] for heads of several outputs, as the losses over days take them. Windows are gathered inside the step out of `columns`, which are in memory once.
 *
 * @param model of one input [window, features]; its weights are what is trained. Weights with penalties are refused: nobody would add them.
 * @param columns [days, stocks, features], of `StockPanel.columns`; they stay the caller's. A window ends on the day that names it.
 * @throws ReluctantError `not-for-a-panel`, and those of `fit` for the model.
 * @example
 * const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [3, 2] }), tf.layers.dense({ units: 1, name: 'h1' })] });
 * const columns = tf.variable(tf.ones([10, 4, 2]), false);
 * overPanel(model, columns).predict({ day: tf.tensor1d([2, 9], 'int32') }, false)['h1'].shape; // [2, 4]
 */
export function overPanel(
  model: TF.LayersModel,
  columns: TF.Tensor | TF.Variable,
  options: OverPanelOptions = {},
): FunctionModel {
  const operation = 'overPanel';
  checkNames(operation, options, ['daysAtOnce']);
  const rowsAtOnce = checkInteger(operation, 'daysAtOnce', options.daysAtOnce ?? 32, 1);
  if (!isLayersModel(model))
    throw notForPanel('the model is no tf.LayersModel', typeof model, 'a model of one input [window, features]');
  const face = faceOf(model);
  const [name, ...others] = face.inputs ?? [];
  const shape = name === undefined ? undefined : face.inputShapes?.[name];
  const [window, features] = shape ?? [];
  const [days, stocks, width] = columns.shape;
  if (
    others.length > 0 ||
    shape?.length !== 2 ||
    !window ||
    features !== width ||
    columns.rank !== 3 ||
    window > days!
  ) {
    throw notForPanel(
      'the model does not go with the columns',
      `inputs of shape ${JSON.stringify(Object.values(face.inputShapes ?? {}))} and columns of shape [${columns.shape}]`,
      'one input [window, features] and columns [days, stocks, features] of as many features and days enough',
    );
  }
  if (face.penalties().length > 0)
    throw notForPanel(
      'the model has penalties on its weights',
      face.penalties().length,
      'none',
      'use weightDecay of the optimiser',
    );
  if (face.prepare)
    throw notForPanel('layers of the model change their weights before each step', 'SpectralNormalization', 'none');
  if (face.states)
    throw notForPanel(`layer ${face.states.layer} keeps its state from batch to batch`, 'stateful: true', 'none');
  const predict = ({ day }: Named<TF.Tensor>, training: boolean): Named<TF.Tensor> => {
    if (!day)
      throw notForPanel('the rows do not name days', 'inputs without "day"', 'inputs { day } of StockPanel.samples');
    const rows = day.shape[0]!;
    const windows = windowsOf(columns, day, window).reshape([rows * stocks!, window, width!]);
    const predictions = face.forward({ [name!]: windows }, training);
    return Object.fromEntries(
      Object.entries(predictions).map(([head, values]) => {
        const outputs = values.shape.slice(1);
        const isOne = outputs.length === 1 && outputs[0] === 1;
        return [head, values.reshape([rows, stocks!, ...(isOne ? [] : (outputs as number[]))])];
      }),
    );
  };
  return { heads: face.heads, variables: face.trainable, predict, rowsAtOnce };
}

/**
 * Windows of all stocks that end on given days, gathered out of their columns.
 *
 * @param columns [days, stocks, features]. @param day int32 [rows], each at least window - 1.
 * @returns [rows, stocks, window, features].
 */
export function windowsOf(columns: TF.Tensor, day: TF.Tensor, window: number): TF.Tensor4D {
  const [, stocks, features] = columns.shape as [number, number, number];
  const rows = day.shape[0]!;
  const back = tf.range(1 - window, 1, 1, 'int32');
  const places = tf.add(tf.cast(day.reshape([rows, 1]), 'int32'), back).reshape([rows * window]) as TF.Tensor1D;
  const gathered = tf.gather(columns, places).reshape([rows, window, stocks, features]) as TF.Tensor4D;
  return tf.transpose(gathered, [0, 2, 1, 3]);
}

const notForPanel = (problem: string, received: unknown, expected: string, fix?: string) =>
  new ReluctantError({
    code: 'not-for-a-panel',
    operation: 'overPanel',
    problem,
    received,
    expected,
    ...(fix && { fix }),
  });
