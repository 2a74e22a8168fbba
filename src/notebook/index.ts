export { mimeBundle } from './bundle';
export { clearOutput, display, displayRaw, input, page, Shown, updateDisplay } from './display';
export type { MimeBundle } from './host';
export { ProgressBar, progress } from './progress';
export { RECORD_MIME, record } from './record';
