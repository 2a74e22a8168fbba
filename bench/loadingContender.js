'use strict';
// One way to load a file, in a process of its own so that its time and memory are its own:
// node bench/loadingContender.js CONTENDER FILE prints { seconds, cpu, peak, libraries, rows, sum } as a line of JSON.
// Packages are loaded first: reading is timed, not starting. It runs the built library, since a compiler in the process would
// be counted with it.
const fs = require('node:fs');
const { tf } = require('../dist/core');
const { load } = require('../dist/data');
const { openSession } = require('../dist/data/read/duckdb/session');

const NUMBERS = ['open', 'high', 'low', 'close', 'volume'];

/**
 * Warms up on nothing, then reads: a tensor [rows, 5] of the numbers, or the number of rows where there is none.
 * @type {Record<string, () => Promise<(file: string) => Promise<import('../src/core').TF.Tensor | number>>>}
 */
const CONTENDERS = {
  'DuckDB, result': async () => {
    (await openSession({ everything: true })).close();
    return async (file) => {
      const session = await openSession({ everything: true });
      const files = file.replaceAll("'", "''");
      const { rowCount } = await session.connection.run(`SELECT * FROM read_csv('${files}')`);
      session.close();
      return rowCount;
    };
  },
  'DuckDB, table': async () => {
    (await openSession({ everything: true })).close();
    return async (file) => {
      const session = await openSession({ everything: true });
      const files = file.replaceAll("'", "''");
      await session.connection.run(`CREATE TABLE prices AS SELECT * FROM read_csv('${files}')`);
      const counted = await session.connection.runAndReadAll('SELECT count(*) FROM prices');
      session.close();
      return Number(counted.getRows()[0]?.[0]);
    };
  },
  'DuckDB, columns to tensor': async () => {
    tf.scalar(0).dispose();
    (await openSession({ everything: true })).close();
    return async (file) => {
      const session = await openSession({ everything: true });
      const files = file.replaceAll("'", "''");
      const reader = await session.connection.runAndReadAll(`SELECT ${NUMBERS.join(', ')} FROM read_csv('${files}')`);
      // Arrays of numbers, and of bigints where the column is of whole numbers.
      const columns = reader.getColumns();
      const rows = reader.currentRowCount;
      session.close();
      const values = new Float32Array(rows * columns.length);
      columns.forEach((column, k) => {
        for (let row = 0; row < rows; row++) values[row * columns.length + k] = Number(column[row]);
      });
      return tf.tensor2d(values, [rows, columns.length]);
    };
  },
  reluctant: async () => {
    tf.scalar(0).dispose();
    (await openSession({ everything: true })).close();
    return async (file) => (await load(file)).toTensor(NUMBERS);
  },
  arquero: async () => {
    tf.scalar(0).dispose();
    const arquero = require('arquero');
    return async (file) => {
      const table = arquero.fromCSV(fs.readFileSync(file, 'utf8'));
      const columns = NUMBERS.map((name) => table.array(name));
      const values = new Float32Array(table.numRows() * columns.length);
      columns.forEach((column, k) => {
        for (let row = 0; row < column.length; row++) values[row * columns.length + k] = column[row];
      });
      return tf.tensor2d(values, [table.numRows(), columns.length]);
    };
  },
  danfojs: async () => {
    tf.scalar(0).dispose();
    const danfo = require('danfojs-node');
    return async (file) => {
      const frame = await danfo.readCSV(file);
      // Column by column: frame.loc takes minutes for a million rows.
      const columns = NUMBERS.map((name) => /** @type {number[]} */ (frame.column(name).values));
      return tf.tidy(() => tf.stack(columns, 1));
    };
  },
};

/** Bytes of shared libraries and other files mapped into memory: TensorFlow's alone are some 300 MB. Unknown but on Linux. */
function mappedFiles() {
  const found =
    fs.existsSync('/proc/self/status') && /RssFile:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'));
  return found ? Number(found[1]) * 1024 : null;
}

/** @param {string} contender @param {string} file */
async function main(contender, file) {
  const read = await /** @type {any} */ (CONTENDERS[contender])();
  const before = process.cpuUsage();
  const start = performance.now();
  const found = await read(file);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const peak = process.resourceUsage().maxRSS * 1024;
  const isTensor = typeof found !== 'number';
  console.log(
    JSON.stringify({
      seconds,
      cpu: (user + system) / 1e6,
      peak,
      libraries: mappedFiles(),
      rows: isTensor ? found.shape[0] : found,
      sum: isTensor ? Array.from(found.dataSync()).reduce((sum, value) => sum + Number(value), 0) : null,
    }),
  );
}

main(String(process.argv[2]), String(process.argv[3])).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
