export type { Made } from './card';
export { bundles, markdown, outputs, type PageCell, pageOf } from './cells';
export { renderReport, type WrittenReport, writeReport } from './report';
export { type SheetVerdict, TearSheet, type TearSheetData, type TearSheetOptions, tearSheet } from './tearSheet';
