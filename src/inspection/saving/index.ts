export { saveSafetensors } from './saveSafetensors';
export { saveSavedModel } from './saveSavedModel';
export { saveTfjs } from './saveTfjs';
