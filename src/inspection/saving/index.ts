export { saveSafetensors } from './saveSafetensors';
export { saveTfjs } from './saveTfjs';
