import { type Figure, gradientNorms, termShares } from '../plots';
import { formatShare, Table } from '../tables';
import { DrawnTable } from './drawnTable';

/** The gradient of the total loss in one layer, or in one weight tensor. */
export interface GradientRow {
  layer: string;
  /** Name of the tensor; `''` in the table of layers. */
  weight: string;
  parameters: number;
  /** Euclidean norm of the gradient. */
  norm: number;
  meanAbsolute: number;
  maxAbsolute: number;
  /** Share of entries that are exactly 0. */
  zeroShare: number;
  nan: number;
  infinite: number;
  /** Euclidean norm of the weights themselves. */
  weightNorm: number;
  /** `norm / weightNorm`; NaN for weights that are all 0. */
  ratio: number;
}

/** One term of the loss, seen from the weights that several heads share. */
export interface TermRow {
  /** Head whose loss it is, or `regularization`. */
  term: string;
  /** Its factor in the total. */
  weight: number;
  /** Its value before that factor, and its share of the total after it. */
  loss: number;
  lossShare: number;
  /** Norm of the gradient of the weighted term on the shared weights. */
  norm: number;
  /** `norm` over the sum of the norms of all terms. */
  share: number;
  /** Cosine with the gradient of the total, on the shared weights. */
  cosineWithTotal: number;
}

/** Cosine of the angle between the gradients of two terms on the shared weights; below 0 they pull apart. */
export interface TermCosine {
  term: string;
  other: string;
  cosine: number;
}

const share = (value: unknown) => formatShare(Number(value));

/** Rows per layer; tensors, terms and angles beside: what {@link gradients} gives. */
export class GradientTable extends DrawnTable<GradientRow> {
  /** Every trainable weight tensor. */
  readonly tensors: Table<GradientRow>;
  /** Every term of the loss on the shared weights. */
  readonly terms: Table<TermRow>;
  /** Every pair of terms. */
  readonly cosines: Table<TermCosine>;
  /** Names of the weights that count as shared: those that two heads depend on, or all of them in a model with one head. */
  readonly sharedWeights: readonly string[];

  constructor(
    layers: GradientRow[],
    tensors: GradientRow[],
    terms: TermRow[],
    cosines: TermCosine[],
    shared: string[],
  ) {
    super(layers, { title: 'Gradients', formats: { zeroShare: share } });
    this.tensors = new Table(tensors, { title: 'Gradients by tensor', formats: { zeroShare: share } });
    this.terms = new Table(terms, {
      title: 'Loss terms on the shared weights',
      formats: { share, lossShare: share },
    });
    this.cosines = new Table(cosines, { title: 'Angles between loss terms' });
    this.sharedWeights = shared;
  }

  /** The norm of every layer's gradient, and what each loss term asks of the shared weights. */
  figures(): Figure[] {
    const norms = gradientNorms(this.rows.slice(0, LAYERS_DRAWN), { title: 'Gradient norm by layer' });
    const terms = this.terms.rows.map(({ term, share: shareOfTerm, cosineWithTotal }) => ({
      term,
      share: shareOfTerm,
      cosine: cosineWithTotal,
    }));
    return terms.length > 1 ? [norms, termShares(terms)] : [norms];
  }
}

/** Bars that are still legible beside each other; the table has all. */
const LAYERS_DRAWN = 40;
