// Which of Node-RED's own nodes are loaded. Those that reach the machine itself are off unless switched on.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Settings } from './config.ts';

/** Files of each switch: run programs; read, write and watch files; raw sockets. */
const RISKY: Readonly<Record<keyof Settings['nodes'], readonly string[]>> = {
  exec: ['90-exec.js'],
  file: ['10-file.js', '23-watch.js'],
  tcp: ['31-tcpin.js'],
  udp: ['32-udp.js'],
};
/** Without these the editor itself misses something: junctions, comments, settings of all flows, unknown nodes. */
const NEEDED = ['05-junction.js', '90-comment.js', '91-global-config.js', '98-unknown.js'];
const LEAN = [
  ...NEEDED,
  '20-inject.js',
  '21-debug.js',
  '24-complete.js',
  '25-catch.js',
  '25-status.js',
  '60-link.js',
  '10-function.js',
  '10-switch.js',
  '15-change.js',
];

/** File names for Node-RED's `nodesExcludes`. */
export function excludedNodes(settings: Pick<Settings, 'nodes' | 'coreNodes'>): readonly string[] {
  const risky = Object.entries(RISKY).flatMap(([name, files]) =>
    settings.nodes[name as keyof Settings['nodes']] ? [] : files,
  );
  if (settings.coreNodes === 'all') return risky;
  const wanted = settings.coreNodes === 'lean' ? LEAN : NEEDED;
  return [...new Set([...risky, ...coreNodeFiles().filter(file => !wanted.includes(file))])];
}

function coreNodeFiles(): readonly string[] {
  const core = join(dirname(createRequire(import.meta.url).resolve('@node-red/nodes/package.json')), 'core');
  const folders = readdirSync(core, { withFileTypes: true }).filter(entry => entry.isDirectory());
  return folders.flatMap(folder => readdirSync(join(core, folder.name)).filter(file => file.endsWith('.js')));
}
