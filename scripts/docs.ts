// Writes what documents can be derived: error codes, tables of the README, JSON schemas. `--check` only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { NODE_TYPES } from '../nodes/catalog.ts';
import { Evidence } from '../runtime/attest/evidence.ts';
import { CLI_SHAPES } from '../runtime/cli/shapes.ts';
import { DRIVER_SETS } from '../runtime/drivers/catalog.ts';
import { BoxProfile } from '../runtime/hardware/profile.ts';
import { AGENT_CODES } from '../runtime/model/codes/agent.ts';
import { ATTEST_CODES } from '../runtime/model/codes/attest.ts';
import { CLAIM_CODES } from '../runtime/model/codes/claims.ts';
import { COMPILE_CODES } from '../runtime/model/codes/compile.ts';
import { CONVERT_CODES } from '../runtime/model/codes/convert.ts';
import { EXPLAIN_CODES } from '../runtime/model/codes/explain.ts';
import { FIELDBUS_CODES } from '../runtime/model/codes/fieldbuses.ts';
import { HARDWARE_CODES } from '../runtime/model/codes/hardware.ts';
import { HOST_CODES } from '../runtime/model/codes/host.ts';
import { LINK_CODES } from '../runtime/model/codes/links.ts';
import { MODBUS_CODES } from '../runtime/model/codes/modbus.ts';
import { NETWORK_CODES } from '../runtime/model/codes/network.ts';
import { PLAN_CODES } from '../runtime/model/codes/plan.ts';
import { SERVER_CODES } from '../runtime/model/codes/server.ts';
import type { CodeEntry } from '../runtime/model/codes.ts';
import { type Protocol, type ProtocolField, protocolFields } from '../runtime/model/protocol.ts';
import { PROTOCOLS } from '../runtime/protocols/catalog.ts';
import { backendsDocument } from './backends-document.ts';
import { nodeFolders } from './build/node-folder.ts';
import { helpSummary } from './build/readme.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const ORIGINS: Readonly<Record<string, Readonly<Record<string, CodeEntry>>>> = {
  'The drawing': COMPILE_CODES,
  'The plan': PLAN_CODES,
  'The agent': AGENT_CODES,
  'The host and its drivers': HOST_CODES,
  'The model of the box': HARDWARE_CODES,
  'What drawings want of the box': CLAIM_CODES,
  'The Linux network': NETWORK_CODES,
  'Modbus lines': MODBUS_CODES,
  'CAN buses and plain serial lines': FIELDBUS_CODES,
  'Serial, MQTT and WebSocket links': LINK_CODES,
  'Attestation by TPMs': ATTEST_CODES,
  'Rules that are asked': EXPLAIN_CODES,
  'Drawings of others': CONVERT_CODES,
  'The server': SERVER_CODES,
};

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function errorsDocument(): string {
  const sections = Object.entries(ORIGINS).map(([origin, codes]) => {
    const rows = Object.entries(codes).map(([code, entry]) => [
      `\`${code}\``,
      entry.fault,
      entry.meaning,
      entry.remedy,
    ]);
    return `## ${origin}\n\n${table(['code', 'fault', 'meaning', 'what to do'], rows)}\n`;
  });
  const intro =
    'Every code Gatewright can show. *Fault* says whose turn it is: the user (drawing or call), the host (its state), or a bug of ours.\n' +
    'Generated from `runtime/model/codes/` by `npm run docs`; do not edit.';
  return `# Errors and findings\n\n${intro}\n\n${sections.join('\n')}`;
}

function nodesTable(): string {
  const folders = new Map(nodeFolders(root).map(folder => [folder.name, folder]));
  const rows = NODE_TYPES.flatMap(type => {
    const folder = folders.get(type.type.replace('gatewright-', ''));
    return folder === undefined ? [] : [[`\`${folder.name}\``, type.role, helpSummary(folder)]];
  });
  return table(['node', 'role', 'what it is'], rows);
}

function backendsTable(): string {
  const rows = DRIVER_SETS.flatMap(set => set.drivers.map(driver => [set.backend, driver.kind, driver.name]));
  rows.sort((a, b) => a.join().localeCompare(b.join()));
  return table(['back end', 'kind', 'driver'], rows);
}

function protocolsDocument(): string {
  const intro =
    'What a link of each field protocol may be set to, and what it cannot do. A setting without a default must be given; the name of a\nsecret stands where a secret is needed. The form of the bus node is drawn from the same: see [buses](buses.md).\n' +
    'Generated from `runtime/protocols/*/protocol.ts` by `npm run docs`; do not edit.';
  return `# Field protocols\n\n${intro}\n\n${PROTOCOLS.map(protocolSection).join('\n')}`;
}

function protocolSection(protocol: Protocol): string {
  const rows = protocolFields(protocol).flatMap(field => [
    optionRow(field),
    ...(field.rows ?? []).map(each => optionRow({ ...each, field: `${field.field}[].${each.field}` })),
  ]);
  const limits = protocol.limits.map(limit => `- ${limit}`).join('\n');
  const options = table(['setting', 'term', 'values', 'default', 'about it'], rows);
  return `## ${protocol.title}\n\n${protocol.summary}\n\n${limits}\n\n${options}\n`;
}

function optionRow({ field, title, unit, help, only, fallback, ...shape }: ProtocolField): readonly string[] {
  const given = Array.isArray(fallback) || fallback === '' ? 'none' : `\`${String(fallback)}\``;
  const about = [only === undefined ? '' : `Only with ${only.field} ${only.is.join(' or ')}.`, help ?? ''];
  const value = fallback === undefined ? '' : given;
  return [
    `\`${field}\``,
    title,
    `${valuesOf(shape)}${unit === undefined ? '' : ` ${unit}`}`,
    value,
    about.join(' ').trim(),
  ];
}

function valuesOf({ kind, choices, least, most, secret }: Omit<ProtocolField, 'field' | 'title'>): string {
  if (choices !== undefined) return choices.join(', ');
  if (kind === 'number') return `${least} to ${most}`;
  return secret === true ? 'name of a secret' : kind;
}

const README_TABLES: Readonly<Record<string, () => string>> = { nodes: nodesTable, backends: backendsTable };

/** The README with the text between its `<!-- name -->` and `<!-- /name -->` marks made anew. */
function readme(): string {
  let text = readFileSync(`${root}README.md`, 'utf8');
  for (const [name, write] of Object.entries(README_TABLES)) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md lacks the marks ${start} and ${end}`);
    text = `${text.slice(0, from + start.length)}\n${write()}\n${text.slice(to)}`;
  }
  return text;
}

function cliSchema(): string {
  const documents = Object.entries(CLI_SHAPES).map(([name, shape]) => [
    name,
    z.toJSONSchema(shape, { unrepresentable: 'any', io: 'input' }),
  ]);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What `gatewright --json` prints, by command',
    oneOf: documents.map(([name]) => ({ $ref: `#/$defs/${name as string}` })),
    $defs: Object.fromEntries(documents),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function hardwareSchema(): string {
  const schema = z.toJSONSchema(BoxProfile, { io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'Hardware profile of a box' }, null, 2)}\n`;
}

function evidenceSchema(): string {
  const schema = z.toJSONSchema(Evidence, { io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'Evidence of a TPM about one boot, with the policy it is judged by' }, null, 2)}\n`;
}

/** Generated documents with the text they should have. */
export function documents(): ReadonlyMap<string, string> {
  return new Map([
    [`${root}docs/back-ends.md`, `${backendsDocument(root, table)}\n`],
    [`${root}docs/errors.md`, errorsDocument()],
    [`${root}docs/protocols.md`, protocolsDocument()],
    [`${root}docs/schema/cli.schema.json`, cliSchema()],
    [`${root}docs/schema/evidence.schema.json`, evidenceSchema()],
    [`${root}docs/schema/hardware-profile.schema.json`, hardwareSchema()],
    [`${root}README.md`, readme()],
  ]);
}

/** Documents whose text is not what the code says. */
export function staleDocs(): string[] {
  return [...documents()]
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => file);
}

if (import.meta.main) {
  const stale = staleDocs();
  if (process.argv.includes('--check')) {
    for (const file of stale) process.stderr.write(`${file} is stale. Run npm run docs.\n`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else
    for (const file of stale) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, documents().get(file) ?? '');
    }
}
