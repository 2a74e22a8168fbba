export { renderReport, type WrittenReport, writeReport } from './report';
