import { accuracyOfNumbers } from './accuracyOfNumbers';
import { classOrder } from './classOrder';
import { clippedGradient } from './clippedGradient';
import { collapsedHead } from './collapsedHead';
import { constantData } from './constantData';
import { crossingSymbols } from './crossingSymbols';
import { deadHead } from './deadHead';
import { deadReLU } from './deadReLU';
import { deadTrunk } from './deadTrunk';
import { dominantTerm } from './dominantTerm';
import { dropoutRate } from './dropoutRate';
import { explodingGradient } from './explodingGradient';
import { fewRows } from './fewRows';
import { fittedOnValidation } from './fittedOnValidation';
import { flatValidationLoss } from './flatValidationLoss';
import { futureInputs } from './futureInputs';
import { gradientThroughTime } from './gradientThroughTime';
import { headMisfit } from './headMisfit';
import { heavyTailedInput } from './heavyTailedInput';
import { largeNetwork } from './largeNetwork';
import { leakingInput } from './leakingInput';
import { learningRate } from './learningRate';
import { linearNetwork } from './linearNetwork';
import { lossCurve } from './lossCurve';
import { lossNotDecreasing } from './lossNotDecreasing';
import { lossWiring } from './lossWiring';
import { metricWiring } from './metricWiring';
import { movedClasses } from './movedClasses';
import { movedWeights } from './movedWeights';
import { narrowLayer } from './narrowLayer';
import { negativeOutputs } from './negativeOutputs';
import { notFiniteInData } from './notFiniteData';
import { outputRange } from './outputRange';
import { overfitting } from './overfitting';
import { poorInitialisation } from './poorInitialisation';
import { rareClass } from './rareClass';
import { recurrentActivation } from './recurrentActivation';
import { regularisationDominates } from './regularisationDominates';
import { rowsMixed } from './rowsMixed';
import type { Rule } from './rule';
import { saturation } from './saturation';
import { secondSigmoid } from './secondSigmoid';
import { shortRun } from './shortRun';
import { sigmoidLayers } from './sigmoidLayers';
import { singleBatchFit } from './singleBatchFit';
import { sortedRows } from './sortedRows';
import { stepLength } from './stepLength';
import { unchangedTensor } from './unchangedTensor';
import { underfits } from './underfits';
import { unrelatedTargets } from './unrelatedTargets';
import { unscaledInput } from './unscaledInput';
import { unscaledTarget } from './unscaledTarget';
import { unusedParts } from './unusedParts';
import { updateRatio } from './updateRatio';
import { validationRange } from './validationRange';
import { vanishingGradient } from './vanishingGradient';
import { windowOrder } from './windowOrder';
import { wrongLabels } from './wrongLabels';

/** Every rule, from how the program is wired to what training did. */
export const RULES: readonly Rule[] = [
  notFiniteInData,
  constantData,
  crossingSymbols,
  futureInputs,
  movedClasses,
  secondSigmoid,
  unusedParts,
  fittedOnValidation,
  lossWiring,
  metricWiring,
  rowsMixed,
  headMisfit,
  outputRange,
  unscaledInput,
  heavyTailedInput,
  validationRange,
  unscaledTarget,
  unrelatedTargets,
  wrongLabels,
  leakingInput,
  classOrder,
  rareClass,
  fewRows,
  sortedRows,
  windowOrder,
  poorInitialisation,
  learningRate,
  updateRatio,
  stepLength,
  lossCurve,
  movedWeights,
  shortRun,
  clippedGradient,
  dropoutRate,
  linearNetwork,
  narrowLayer,
  largeNetwork,
  recurrentActivation,
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
  deadTrunk,
  unchangedTensor,
  vanishingGradient,
  gradientThroughTime,
  sigmoidLayers,
  explodingGradient,
  overfitting,
  accuracyOfNumbers,
];
