export { Controls } from './controls';
export { explore } from './explore';
export { LiveExplorer } from './live';
export type { Drawing } from './liveView';
export { MagnitudeControl } from './magnitude';
export { SurfaceWidget } from './surfaceWidget';
