export { checkAssignments } from './check';
export { declaredParameters, type Parameter } from './declared';
export { accepts, type JsonValue, type Kind, kindName } from './kinds';
export { literal } from './literal';
export { ParameterText, type ParameterValues, valueFor } from './values';
