export { mimeBundle } from './bundle';
export { CLAIM_MIME, type ClaimedHead, type ClaimRecord, claim, headText } from './claims';
export { clearOutput, display, displayRaw, input, page, Shown, updateDisplay } from './display';
export type { MimeBundle } from './host';
export { ProgressBar, progress } from './progress';
export { RECORD_MIME, record } from './record';
