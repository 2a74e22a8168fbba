export { valueText } from './evidencePicture';
export {
  CONFIRMATION_MIME,
  type ConfirmationRecord,
  confirmationRecord,
  DIAGNOSIS_MIME,
  type DiagnosisRecord,
  diagnosisRecord,
  known,
  type VerdictRecord,
} from './record';
export { confirmationStory, diagnosisStory, isHealthy, skillList, withoutVerdict } from './story';
