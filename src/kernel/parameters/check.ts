import { ReluctantError } from '../../core';
import { CellCompiler } from '../compiler/cells';
import { CompileError } from '../compiler/complaints';

/**
 * Has the kernel's compiler check assignments against the declarations of the parameters cell, so that a value of a wrong
 * type is refused before anything is run. Types that the cell takes from earlier cells are not known here: where the cell
 * does not compile alone, the check is left to the run itself.
 *
 * @param declaration the cell tagged `parameters`
 * @param assignments one assignment per parameter, by its name
 * @param folder the notebook's folder, from which its imports are resolved
 * @param installation the folder whose packages every notebook may import
 * @throws ReluctantError `wrong-parameter-type`
 */
export function checkAssignments(
  declaration: string,
  assignments: ReadonlyMap<string, string>,
  folder: string,
  installation: string,
): void {
  const compiler = new CellCompiler(folder, installation);
  try {
    compiler.adopt(compiler.compile(declaration).declarations);
  } catch (error) {
    if (error instanceof CompileError) return;
    throw error;
  }
  for (const [name, assignment] of assignments) {
    try {
      compiler.compile(assignment);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      throw new ReluctantError({
        code: 'wrong-parameter-type',
        operation: 'run',
        problem: `the parameter "${name}" has another type: ${error.complaints[0]!.message.replace(/\.$/, '')}`,
        received: assignment,
      });
    }
  }
}
