import type { Attribute } from './backend';
import { backend, TYPE_NUMBERS } from './backend';
import type { Constant, Operation, Spec, TimeLoop, Trace, Value } from './traced';

/** How the gradients of a loop over time are computed: one loop forwards, one back, and products over all time steps. */
export interface BackwardPlan {
  /** One step of the way forward; behind its results it keeps what the way back needs. */
  forward: Trace;
  loop: TimeLoop;
  /** Where the sequences of the way back come from: gradients of results, or what was saved (all that was given, then what was kept). */
  sequences: readonly { kind: 'dy' | 'saved'; index: number }[];
  /** Places among the given of what is the same in all steps. */
  constants: readonly number[];
  carriedCount: number;
  /** Shapes of the sums that the way back carries beside the gradients of what was carried. */
  zeros: readonly (readonly number[])[];
  /** Which output of the loop is the gradient of which given. */
  gradients: readonly (readonly [given: number, output: number])[];
  /** Gradients of weights that are one product over all time steps. */
  outside: readonly { given: number; left: Stack; right: Stack; shape: readonly number[] }[];
}

/** One factor of such a product, [time, ...], of rows of this width. */
interface Stack {
  kind: 'saved' | 'output';
  index: number;
  width: number;
}

/** How many of the arguments of both ways are what. */
export interface Counts {
  carried: number;
  sequences: number;
  given: number;
  results: number;
  steps: number;
}

/**
 * Cuts a step with its gradients into the way forward and the way back, as the partial evaluation of JAX does for its `scan`:
 * values of the way forward that the way back uses are kept of every step.
 *
 * @param both arguments: the given, then the gradient of each result. Outputs: the results, then the gradient of each given.
 */
export function planBackward(both: Trace, counts: Counts): BackwardPlan {
  return new Planner(both, counts).plan();
}

class Planner {
  /** Operations that the results depend on. */
  private readonly forwards: ReadonlySet<number>;
  private readonly operations: Operation[] = [];
  private readonly moved = new Map<number, number>();
  private readonly kept: Value[] = [];
  private readonly sequences: { kind: 'dy' | 'saved'; index: number }[] = [];
  private readonly constants: number[] = [];
  private readonly sums: number[] = [];

  constructor(
    private readonly both: Trace,
    private readonly counts: Counts,
  ) {
    this.forwards = dependencies(both, both.outputs.slice(0, counts.results));
  }

  plan(): BackwardPlan {
    const { both, counts } = this;
    const gradients = both.outputs.slice(counts.results);
    const places: [given: number, output: number][] = [];
    const carriedOut: Placed[] = [];
    const keptOut: Placed[] = [];
    const outside: { given: number; left: Factor; right: Factor; shape: readonly number[] }[] = [];
    for (let k = 0; k < counts.carried; k++) {
      places.push([k, carriedOut.length]);
      carriedOut.push(this.place(gradients[k]!));
    }
    const late: (() => void)[] = [];
    for (let k = counts.carried; k < counts.given; k++) {
      if (this.isConstant(gradients[k]!)) continue;
      if (k < counts.carried + counts.sequences) {
        late.push(() => {
          places.push([k, carriedOut.length + keptOut.length]);
          keptOut.push(this.place(gradients[k]!));
        });
        continue;
      }
      const product = this.productOverRows(gradients[k]!);
      if (product) outside.push({ given: k, ...product, shape: both.arguments[k]!.shape });
      else {
        places.push([k, carriedOut.length]);
        carriedOut.push(this.sum(k, gradients[k]!));
      }
    }
    for (const add of late) add();
    const stack = ({ value, width }: Factor): Stack => {
      const saved = this.savedStack(value);
      if (saved !== undefined) return { kind: 'saved', index: saved, width };
      const placed = this.place(value);
      const known = keptOut.findIndex((one) => same(one, placed));
      if (known < 0) keptOut.push(placed);
      return { kind: 'output', index: carriedOut.length + (known < 0 ? keptOut.length - 1 : known), width };
    };
    const stacked = outside.map(({ left, right, ...rest }) => ({ ...rest, left: stack(left), right: stack(right) }));
    const body = this.body([...carriedOut, ...keptOut]);
    return {
      forward: this.forwardTrace(),
      loop: {
        carried: carriedOut.length,
        sequences: this.sequences.length,
        steps: counts.steps,
        isBackwards: true,
        body,
      },
      sequences: this.sequences,
      constants: this.constants,
      carriedCount: counts.carried,
      zeros: this.sums.map((k) => both.arguments[k]!.shape),
      gradients: places,
      outside: stacked,
    };
  }

  /** The way forward, which keeps more than was asked for. */
  private forwardTrace(): Trace {
    const { both, counts, kept } = this;
    const outputs = [...both.outputs.slice(0, counts.results), ...kept];
    const specs = [...both.outputSpecs.slice(0, counts.results), ...kept.map((value) => this.specOf(value))];
    return { ...both, arguments: both.arguments.slice(0, counts.given), outputs, outputSpecs: specs };
  }

  /** The way back with its arguments in order: carried gradients, sums, sequences, constants. */
  private body(outputs: Placed[]): Trace {
    const { both, counts, sums, sequences, constants } = this;
    const resolve = (value: Placed): Value => {
      if (value.kind === 'carried') return { kind: 'argument', index: value.index };
      if (value.kind === 'sum') return { kind: 'argument', index: counts.carried + value.index };
      if (value.kind === 'sequence') {
        return { kind: 'argument', index: counts.carried + sums.length + value.index };
      }
      if (value.kind === 'given') {
        return { kind: 'argument', index: counts.carried + sums.length + sequences.length + value.index };
      }
      return value as Value;
    };
    const results = both.outputSpecs.slice(0, counts.results);
    const sequenceSpec = ({ kind, index }: (typeof sequences)[number]): Spec =>
      kind === 'dy'
        ? results[index]!
        : index < counts.given
          ? both.arguments[index]!
          : this.specOf(this.kept[index - counts.given]!);
    return {
      arguments: [
        ...results.slice(0, counts.carried),
        ...sums.map((k) => both.arguments[k]!),
        ...sequences.map(sequenceSpec),
        ...constants.map((k) => both.arguments[k]!),
      ],
      variables: [],
      constants: both.constants as Constant[],
      operations: this.operations.map((operation) => ({
        ...operation,
        inputs: (operation.inputs as unknown as Placed[]).map(resolve),
      })),
      outputs: outputs.map(resolve),
      outputSpecs: outputs.map((value) => this.placedSpec(value, sequenceSpec)),
      updates: [],
    };
  }

  private placedSpec(value: Placed, sequenceSpec: (source: (typeof this.sequences)[number]) => Spec): Spec {
    const { both, counts } = this;
    if (value.kind === 'carried') return both.outputSpecs[value.index]!;
    if (value.kind === 'sum') return both.arguments[this.sums[value.index]!]!;
    if (value.kind === 'sequence') return sequenceSpec(this.sequences[value.index]!);
    if (value.kind === 'given') return both.arguments[this.constants[value.index]!]!;
    if (value.kind === 'result') return this.operations[value.operation]!.outputs[value.output]!;
    if (value.kind === 'constant') return both.constants[value.index]!;
    return both.arguments[counts.given]!;
  }

  private specOf(value: Value): Spec {
    const { both } = this;
    if (value.kind === 'result') return both.operations[value.operation]!.outputs[value.output]!;
    if (value.kind === 'argument') return both.arguments[value.index]!;
    return both.constants[value.index]!;
  }

  /** Where a value of both ways stands in the way back; what it depends on is taken along. */
  private place(value: Value): Placed {
    const { counts } = this;
    if (value.kind === 'argument') {
      const { index } = value;
      if (index >= counts.given) {
        const result = index - counts.given;
        if (result < counts.carried) return { kind: 'carried', index: result };
        return this.sequence('dy', result);
      }
      if (index < counts.carried) return this.sequence('saved', this.keep(value));
      if (index < counts.carried + counts.sequences) return this.sequence('saved', index);
      return { kind: 'given', index: positionIn(this.constants, index) };
    }
    if (value.kind !== 'result') return value as Placed;
    const operation = this.both.operations[value.operation]!;
    if (this.forwards.has(value.operation) && !this.isCheap(operation)) {
      return this.sequence('saved', this.keep(value));
    }
    return { kind: 'result', operation: this.take(value.operation), output: value.output };
  }

  /** Operations of the way forward that are repeated on the way back rather than kept. */
  private isCheap({ name, inputs }: Operation): boolean {
    return name === 'Reshape' || inputs.every(({ kind }) => kind === 'constant');
  }

  private take(index: number): number {
    const known = this.moved.get(index);
    if (known !== undefined) return known;
    const operation = this.both.operations[index]!;
    const inputs = operation.inputs.map((input) => this.place(input));
    this.operations.push({ ...operation, inputs: inputs as unknown as Value[] });
    this.moved.set(index, this.operations.length - 1);
    return this.operations.length - 1;
  }

  private sequence(kind: 'dy' | 'saved', index: number): Placed {
    const known = this.sequences.findIndex((one) => one.kind === kind && one.index === index);
    if (known >= 0) return { kind: 'sequence', index: known };
    this.sequences.push({ kind, index });
    return { kind: 'sequence', index: this.sequences.length - 1 };
  }

  /** Place among what is saved of a value that the way forward keeps of every step. */
  private keep(value: Value): number {
    const known = this.kept.findIndex((one) => sameValue(one, value));
    if (known >= 0) return this.counts.given + known;
    this.kept.push(value);
    return this.counts.given + this.kept.length - 1;
  }

  /** Place among what is saved of all steps of a value, if the way back has no part in it. */
  private savedStack(value: Value): number | undefined {
    const { counts } = this;
    if (value.kind === 'argument') {
      if (value.index >= counts.carried && value.index < counts.carried + counts.sequences) return value.index;
      return value.index < counts.carried ? this.keep(value) : undefined;
    }
    if (value.kind === 'result' && this.forwards.has(value.operation)) return this.keep(value);
    return undefined;
  }

  /** The gradient of one given, added up over the steps. */
  private sum(given: number, gradient: Value): Placed {
    const placed = this.place(gradient);
    const spec = this.both.arguments[given]!;
    this.sums.push(given);
    const type: Attribute = { name: 'T', type: backend().binding.TF_ATTR_TYPE, value: TYPE_NUMBERS[spec.dtype] };
    const inputs = [{ kind: 'sum', index: this.sums.length - 1 }, placed] as unknown as Value[];
    const line = () => 'the sum over time';
    this.operations.push({
      name: 'AddV2',
      attributes: [type],
      inputs,
      inputSpecs: [spec, spec],
      outputs: [spec],
      line,
    });
    return { kind: 'result', operation: this.operations.length - 1, output: 0 };
  }

  /** The factors of a gradient that is one matrix product over the rows of a step: then all steps' rows make one product. */
  private productOverRows(gradient: Value): { left: Factor; right: Factor } | undefined {
    const value = this.beforeReshapes(gradient);
    if (value.kind !== 'result' || this.forwards.has(value.operation)) return undefined;
    const { name, attributes, inputs, inputSpecs } = this.both.operations[value.operation]!;
    const flag = (key: string) => Boolean(attributes.find((each) => each.name === key)?.value);
    if (name !== 'BatchMatMulV2' || !flag('adj_x') || flag('adj_y')) return undefined;
    if (inputSpecs.some(({ shape }) => shape.length !== 3 || shape[0] !== 1)) return undefined;
    const [left, right] = inputs.map((input, k) => ({
      value: this.beforeReshapes(input),
      width: inputSpecs[k]!.shape[2]!,
    })) as [Factor, Factor];
    if ([left, right].some((factor) => this.isConstant(factor.value))) return undefined;
    return { left, right };
  }

  private beforeReshapes(value: Value): Value {
    if (value.kind !== 'result') return value;
    const { name, inputs } = this.both.operations[value.operation]!;
    return name === 'Reshape' ? this.beforeReshapes(inputs[0]!) : value;
  }

  /** Whether it is the same in every step, whatever is given: a gradient of zeros. */
  private isConstant(value: Value): boolean {
    if (value.kind === 'argument') {
      return value.index >= this.counts.carried + this.counts.sequences && value.index < this.counts.given;
    }
    if (value.kind === 'constant') return true;
    if (value.kind !== 'result') return false;
    return this.both.operations[value.operation]!.inputs.every(({ kind }) => kind === 'constant');
  }
}

/** A value in the way back, before the number of its arguments is known. */
type Placed =
  | Exclude<Value, { kind: 'argument' | 'variable' }>
  | { kind: 'carried' | 'sum' | 'sequence' | 'given'; index: number };

interface Factor {
  value: Value;
  width: number;
}

const same = (a: Placed, b: Placed) => JSON.stringify(a) === JSON.stringify(b);
const sameValue = (a: Value, b: Value) => JSON.stringify(a) === JSON.stringify(b);

function positionIn(list: number[], index: number): number {
  const known = list.indexOf(index);
  if (known >= 0) return known;
  return list.push(index) - 1;
}

/** The operations that some of these values depend on. */
export function dependencies({ operations }: Trace, values: readonly Value[]): Set<number> {
  const needed = new Set<number>();
  const queue = [...values];
  for (let value = queue.pop(); value; value = queue.pop()) {
    if (value.kind !== 'result' || needed.has(value.operation)) continue;
    needed.add(value.operation);
    queue.push(...operations[value.operation]!.inputs);
  }
  return needed;
}
