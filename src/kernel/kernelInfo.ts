import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Json, PROTOCOL_VERSION } from './message';

const manifest = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
  version: string;
};

/** The TypeScript that cells are written in. Its manifest is read: the compiler itself takes a while to load. */
const TYPESCRIPT_VERSION = (
  JSON.parse(fs.readFileSync(require.resolve('typescript/package.json'), 'utf8')) as { version: string }
).version;

/** The content of a `kernel_info_reply`. */
export function kernelInfo(): Json {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'reluctant',
    implementation_version: manifest.version,
    language_info: {
      name: 'typescript',
      version: TYPESCRIPT_VERSION,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      // JupyterLab looks at `mode`, the classic notebook at `name` and `typescript`.
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
      nbconvert_exporter: 'script',
    },
    banner: `reluctant ${manifest.version} on tslab, TypeScript ${TYPESCRIPT_VERSION}, Node ${process.versions.node}`,
    help_links: [],
    debugger: false,
    supported_features: [],
  };
}
