// Layers of Keras that tfjs does not have, or computes otherwise: models from files are built of them (inspection/keras).
import './activations';
import './comparedAttention';
import './featureNormalization';
import './groupNormalization';
import './multiHeadAttention';
import './spectralNormalization';
import './timeConvolution';
import './vectorNormalization';

export { arithmetic, reduction } from './arithmetic';
export { scaledELU } from './bentActivations';
export { gatedRecurrentUnit } from './gatedRecurrentUnit';
export { selection } from './selection';
export { timeSteps } from './timeSteps';
