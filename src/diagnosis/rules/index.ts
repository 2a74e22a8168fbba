import type { Rule } from '../rule';
import { collapsedHead } from './collapsedHead';
import { deadHead } from './deadHead';
import { deadReLU } from './deadReLU';
import { dominantTerm } from './dominantTerm';
import { explodingGradient } from './explodingGradient';
import { flatValidationLoss } from './flatValidationLoss';
import { heavyTailedInput } from './heavyTailedInput';
import { learningRate } from './learningRate';
import { lossNotDecreasing } from './lossNotDecreasing';
import { lossWiring } from './lossWiring';
import { negativeOutputs } from './negativeOutputs';
import { outputRange } from './outputRange';
import { overfitting } from './overfitting';
import { poorInitialisation } from './poorInitialisation';
import { regularisationDominates } from './regularisationDominates';
import { saturation } from './saturation';
import { singleBatchFit } from './singleBatchFit';
import { unchangedTensor } from './unchangedTensor';
import { underfits } from './underfits';
import { unrelatedTargets } from './unrelatedTargets';
import { unscaledInput } from './unscaledInput';
import { unscaledTarget } from './unscaledTarget';
import { updateRatio } from './updateRatio';
import { validationRange } from './validationRange';
import { vanishingGradient } from './vanishingGradient';

/** Every rule, from how the program is wired to what training did. */
export const RULES: readonly Rule[] = [
  lossWiring,
  outputRange,
  unscaledInput,
  heavyTailedInput,
  validationRange,
  unscaledTarget,
  unrelatedTargets,
  poorInitialisation,
  learningRate,
  updateRatio,
  regularisationDominates,
  dominantTerm,
  deadHead,
  saturation,
  collapsedHead,
  negativeOutputs,
  flatValidationLoss,
  lossNotDecreasing,
  underfits,
  singleBatchFit,
  deadReLU,
  unchangedTensor,
  vanishingGradient,
  explodingGradient,
  overfitting,
];
