export { MODELS, type ModelName, type ModelWork } from './models';
export { WORKLOADS, type Workload } from './small';
