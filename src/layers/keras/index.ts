// Layers of Keras that tfjs does not have, or computes otherwise: models from files are built of them (inspection/keras).
import './activations';
import './arithmetic';
import './bentActivations';
import './comparedAttention';
import './featureNormalization';
import './gatedRecurrentUnit';
import './groupNormalization';
import './multiHeadAttention';
import './selection';
import './spectralNormalization';
import './timeConvolution';
import './timeSteps';
import './vectorNormalization';
