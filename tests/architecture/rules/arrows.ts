// Which file imports which, as dependency-cruiser sees it: types count, because .dependency-cruiser.cjs asks for them.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ICruiseResult } from 'dependency-cruiser';
import type { Complaint } from './rules';

const CONFIGURATION = '.dependency-cruiser.cjs';
const PROGRAM = path.resolve(__dirname, '../../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/** The rooms of src/ from the ground up, and what each may import. */
type Rooms = Readonly<Record<string, readonly string[]>>;

const results = new Map<string, ICruiseResult>();

function cruise(root: string): ICruiseResult {
  let result = results.get(root);
  if (!result) {
    const folders = ['src', 'kernels'].filter((folder) => fs.existsSync(path.join(root, folder)));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, ...folders, '--config', CONFIGURATION, '--output-type', 'json'],
      { cwd: root, encoding: 'utf8', maxBuffer: 1e9 },
    );
    if (!stdout) throw new Error(`dependency-cruiser says nothing of ${root}: ${stderr}`);
    result = JSON.parse(stdout) as ICruiseResult;
    results.set(root, result);
  }
  return result;
}

/** Files that import themselves by way of others. */
export function circles(root: string): Complaint[] {
  const ways = new Map<string, string>();
  for (const { rule, from, cycle = [] } of cruise(root).summary.violations)
    if (rule.name === 'no-circles' && !ways.has(from))
      ways.set(from, [from, ...cycle.map(({ name }) => name)].join(' → '));
  return [...ways].map(([subject, way]) => ({ subject, text: `a circle of imports: ${way}` }));
}

/** Imports against the list of rooms, and the list against itself: arrows up, arrows unused, folders that are no room. */
export function arrows(root: string): Complaint[] {
  const rooms = (require(path.join(root, CONFIGURATION)) as { rooms: Rooms }).rooms;
  const { modules, summary } = cruise(root);
  const roomOf = (file: string): string | undefined =>
    Object.keys(rooms)
      .filter((name) => file.startsWith(`src/${name}/`) || file === `src/${name}.ts`)
      .sort((a, b) => b.length - a.length)[0];

  const broken = summary.violations
    .filter(({ rule }) => rule.name !== 'no-circles')
    .map(({ rule, from, to }) => {
      const name = roomOf(from) ?? from;
      const allowed = rooms[name]?.join(', ') || 'no room';
      return {
        subject: `${name} > ${roomOf(to) ?? to}`,
        text: `${from} may not import ${to} (${rule.name}; ${name} may import ${allowed})`,
      };
    });

  const used = new Set<string>();
  for (const { source, dependencies } of modules)
    for (const { resolved } of dependencies) used.add(`${roomOf(source)} > ${roomOf(resolved)}`);
  const order = Object.keys(rooms);
  const listed = order.flatMap((name, k) =>
    rooms[name]!.flatMap((other) => {
      const subject = `${name} > ${other}`;
      if (!used.has(subject)) return { subject, text: `the arrow ${subject} is allowed and nobody uses it` };
      if (order.indexOf(other) < k) return [];
      return {
        subject,
        text: `the arrow ${subject} goes up: ${other} does not stand above ${name} in the list of rooms`,
      };
    }),
  );

  const folders = new Set(modules.map(({ source }) => path.dirname(source)));
  const homeless = [...folders]
    .filter((folder) => folder.startsWith('src/') && !Object.hasOwn(rooms, folder.slice('src/'.length)))
    .map((folder) => ({ subject: folder, text: `${folder} is not in the list of rooms (${CONFIGURATION})` }));
  return [...broken, ...listed, ...homeless];
}
