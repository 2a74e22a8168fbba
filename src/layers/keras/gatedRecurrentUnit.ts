import { isTracing, loopOverTime, type TimeStep } from '../../compile';
import { type TF, tf } from '../../core';
import { defineLayer, only } from '../define';
import { dropout } from '../dropout';
import { type Initializer, type InitializerSource, toInitializer, writtenInitializer } from '../initializer';
import { type RegularizerSource, toRegularizer, writtenRegularizers } from '../regularizer';
import { leaveStates, startingStates } from '../stateHolder';

/** Options of {@link gatedRecurrentUnit}: the settings of Keras's `GRU`. */
export interface GatedRecurrentUnitOptions {
  units: number;
  activation?: string;
  recurrentActivation?: string;
  useBias?: boolean;
  returnSequences?: boolean;
  goBackwards?: boolean;
  /** Whether a batch begins with the states that the one before ended with; the model then says how many rows a batch has. */
  stateful?: boolean;
  /** Shares of the inputs and of the state that are dropped in training, one draw for all steps. */
  dropout?: number;
  recurrentDropout?: number;
  kernelInitializer?: InitializerSource;
  recurrentInitializer?: InitializerSource;
  biasInitializer?: InitializerSource;
  kernelRegularizer?: RegularizerSource;
  recurrentRegularizer?: RegularizerSource;
  biasRegularizer?: RegularizerSource;
  name?: string;
}

/**
 * Keras's `GRU` in its usual form (`reset_after=True`): the reset gate is applied after the recurrent product, with a bias of
 * its own, as cuDNN does it (Cho and others 2014, in the variant of version 3 of the paper). tfjs has the other form only.
 *
 * Shapes: `[samples, time, channels]` to `[samples, units]`, or `[samples, time, units]`; weights `kernel [channels, 3 units]`,
 * `recurrent_kernel [units, 3 units]`, `bias [2, 3 units]`, the gates in the order update, reset, candidate.
 */
export const gatedRecurrentUnit: (options: GatedRecurrentUnitOptions) => TF.layers.Layer = defineLayer(() => {
  class ResetAfterGRU extends tf.layers.Layer {
    static className = 'ResetAfterGRU';
    // What Bidirectional asks of the layer it doubles.
    readonly returnSequences: boolean;
    readonly returnState = false;
    readonly kernelInitializer: Initializer;
    readonly recurrentInitializer: Initializer;
    private readonly options: GatedRecurrentUnitOptions;
    private readonly candidate: TF.layers.Layer;
    private readonly gate: TF.layers.Layer;
    private readonly dropInputs: TF.layers.Layer;
    private readonly dropState: TF.layers.Layer;
    private kernel!: TF.LayerVariable;
    private recurrentKernel!: TF.LayerVariable;
    private bias?: TF.LayerVariable;
    /** Under the name, and with the method below, that tfjs's own recurrent layers have. */
    states_: TF.Tensor[] = [];

    constructor(args: GatedRecurrentUnitOptions) {
      super(args as object);
      this.supportsMasking = true;
      // Bidirectional goes on to change what it has handed over.
      this.options = { ...args };
      this.returnSequences = args.returnSequences === true;
      this._stateful = args.stateful === true;
      this.kernelInitializer = toInitializer(args.kernelInitializer ?? 'glorotUniform');
      this.recurrentInitializer = toInitializer(args.recurrentInitializer ?? 'orthogonal');
      this.candidate = tf.layers.activation({ activation: (args.activation ?? 'tanh') as 'tanh' });
      this.gate = tf.layers.activation({ activation: (args.recurrentActivation ?? 'sigmoid') as 'sigmoid' });
      this.dropInputs = dropout({ rate: args.dropout ?? 0 });
      this.dropState = dropout({ rate: args.recurrentDropout ?? 0 });
    }

    override build(shape: TF.Shape | TF.Shape[]): void {
      const channels = (shape as number[]).at(-1)!;
      const { units, useBias, biasInitializer = 'zeros' } = this.options;
      const { kernelRegularizer, recurrentRegularizer, biasRegularizer } = this.options;
      const add = (name: string, size: number[], initializer: Initializer, penalty: RegularizerSource | undefined) =>
        this.addWeight(name, size, 'float32', initializer, toRegularizer(penalty));
      this.kernel = add('kernel', [channels, 3 * units], this.kernelInitializer, kernelRegularizer);
      this.recurrentKernel = add(
        'recurrent_kernel',
        [units, 3 * units],
        this.recurrentInitializer,
        recurrentRegularizer,
      );
      if (useBias !== false) this.bias = add('bias', [2, 3 * units], toInitializer(biasInitializer), biasRegularizer);
      if (this.stateful) this.states_ = [tf.keep(tf.zeros([(shape as number[])[0]!, units]))];
      this.built = true;
    }

    /** Gives the layer copies of other states; without any, zeros. */
    override resetStates(states?: TF.Tensor[]): void {
      const before = this.states_;
      this.states_ = before.map((state, k) => tf.keep(states ? states[k]!.clone() : tf.zeros(state.shape)));
      tf.dispose(before);
    }

    protected override disposeWeights(): number {
      tf.dispose(this.states_);
      return super.disposeWeights();
    }

    override computeOutputShape(shape: TF.Shape | TF.Shape[]): TF.Shape {
      const [samples, time] = shape as number[];
      return this.returnSequences ? [samples!, time!, this.options.units] : [samples!, this.options.units];
    }

    /** A masked step leaves the state as it is. */
    override computeMask(_: TF.Tensor | TF.Tensor[], mask?: TF.Tensor | TF.Tensor[]): TF.Tensor {
      return (this.returnSequences ? [mask].flat()[0] : undefined) as TF.Tensor;
    }

    override call(
      inputs: TF.Tensor | TF.Tensor[],
      { training, mask }: { training?: boolean; mask?: TF.Tensor | TF.Tensor[] } = {},
    ): TF.Tensor {
      return tf.tidy(() => {
        const given = only(inputs) as TF.Tensor3D;
        const [samples, time, channels] = given.shape;
        const { units } = this.options;
        const [inputBias, stateBias] = this.bias ? (tf.unstack(this.bias.read()) as TF.Tensor1D[]) : [];
        const draw = (layer: TF.layers.Layer, width: number) =>
          layer.call(tf.ones([samples, width]), { training }) as TF.Tensor2D;
        let x: TF.Tensor3D = given;
        if (training && this.options.dropout) {
          x = tf.mul(x, draw(this.dropInputs, channels).expandDims(1)) as TF.Tensor3D;
        }
        const kept = training && this.options.recurrentDropout ? draw(this.dropState, units) : undefined;
        // One product for the inputs of all steps; only what needs the state is left to do step by step.
        const product = tf.matMul(
          x.reshape([samples * time, channels]) as TF.Tensor2D,
          this.kernel.read() as TF.Tensor2D,
        );
        const projected = (inputBias ? tf.add(product, inputBias) : product).reshape([samples, time, 3 * units]);
        const counts = [mask].flat()[0]?.expandDims(2);
        const start = this.startingState(samples);
        if (isTracing()) return this.loop(projected as TF.Tensor3D, start, counts, kept, stateBias);
        const unstacked = (all: TF.Tensor): TF.Tensor2D[] => {
          const steps = tf.unstack(all, 1) as TF.Tensor2D[];
          // The list itself belongs to the tape that gradients are read off, and has to keep its order.
          return this.options.goBackwards ? [...steps].reverse() : steps;
        };
        const counting = counts && unstacked(counts);
        let state = start;
        const states = unstacked(projected).map((step, k) => {
          const next = this.next(step, kept ? tf.mul(state, kept) : state, state, {
            kernel: this.recurrentKernel.read(),
            bias: stateBias,
          });
          state = counting ? (tf.where(counting[k]!, next, state) as TF.Tensor2D) : next;
          return state;
        });
        this.leave(state);
        return this.returnSequences ? tf.stack(states, 1) : state;
      });
    }

    private startingState(samples: number): TF.Tensor2D {
      const [kept] = startingStates(this) ?? this.states_.map((state) => state.clone());
      return (kept ?? tf.zeros([samples, this.options.units])) as TF.Tensor2D;
    }

    /** Leaves the state for the next batch: with whoever has handed over the first one, or with the layer itself. */
    private leave(state: TF.Tensor): void {
      if (this.stateful && !leaveStates(this, [state])) this.resetStates([state]);
    }

    /** The same as one loop in the graph that is being traced, so that time steps cost nothing to trace and to compile. */
    private loop(
      projected: TF.Tensor3D,
      start: TF.Tensor2D,
      counts: TF.Tensor | undefined,
      kept: TF.Tensor2D | undefined,
      bias: TF.Tensor1D | undefined,
    ): TF.Tensor {
      const inTime = (all: TF.Tensor) => {
        const steps = tf.transpose(all, [1, 0, 2]);
        return this.options.goBackwards ? tf.reverse(steps, 0) : steps;
      };
      const step: TimeStep = ([state], [now, counting], [kernel, ...rest]) => {
        const fixed = kept ? rest.at(-1) : undefined;
        const seen = fixed ? tf.mul(state!, fixed) : state!;
        const weights = { kernel: kernel!, bias: bias && (rest[0] as TF.Tensor1D) };
        const moved = this.next(now as TF.Tensor2D, seen as TF.Tensor2D, state as TF.Tensor2D, weights);
        const next = counting ? tf.where(counting, moved, state!) : moved;
        return { carried: [next], kept: this.returnSequences ? [next] : [] };
      };
      const results = loopOverTime(step, {
        carried: [start],
        sequences: [inTime(projected)],
        ...(counts && { fixedSequences: [inTime(counts)] }),
        weights: [this.recurrentKernel.read(), ...(bias ? [bias] : [])],
        fixed: kept ? [kept] : [],
      });
      this.leave(results.carried[0]!);
      return this.returnSequences ? tf.transpose(results.kept[0]!, [1, 0, 2]) : results.carried[0]!;
    }

    /** The state after one step: (1 - z) of the candidate, z of the old one. */
    private next(
      step: TF.Tensor2D,
      seen: TF.Tensor2D,
      old: TF.Tensor2D,
      { kernel, bias }: { kernel: TF.Tensor; bias: TF.Tensor1D | undefined },
    ): TF.Tensor2D {
      const product: TF.Tensor = tf.matMul(seen, kernel as TF.Tensor2D);
      const inner = bias ? tf.add(product, bias) : product;
      const [xUpdate, xReset, xCandidate] = tf.split(step, 3, 1) as [TF.Tensor, TF.Tensor, TF.Tensor];
      const [hUpdate, hReset, hCandidate] = tf.split(inner, 3, 1) as [TF.Tensor, TF.Tensor, TF.Tensor];
      const update = this.gate.apply(tf.add(xUpdate, hUpdate)) as TF.Tensor;
      const reset = this.gate.apply(tf.add(xReset, hReset)) as TF.Tensor;
      const candidate = this.candidate.apply(tf.add(xCandidate, tf.mul(reset, hCandidate))) as TF.Tensor;
      return tf.add(candidate, tf.mul(update, tf.sub(old, candidate))) as TF.Tensor2D;
    }

    override getConfig(): TF.serialization.ConfigDict {
      const { kernelInitializer, recurrentInitializer, options } = this;
      const penalties = writtenRegularizers(options, ['kernelRegularizer', 'recurrentRegularizer', 'biasRegularizer']);
      return {
        ...super.getConfig(),
        ...options,
        ...penalties,
        kernelInitializer: writtenInitializer(kernelInitializer),
        recurrentInitializer: writtenInitializer(recurrentInitializer),
        biasInitializer: writtenInitializer(toInitializer(options.biasInitializer ?? 'zeros')),
      } as TF.serialization.ConfigDict;
    }
  }
  return ResetAfterGRU;
});
