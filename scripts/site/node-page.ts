// The page of one node: its picture, its help, and a table of what is stored, which comes from its schema and the words of its form.
import { z } from 'zod';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { type NodeFolder, readPart } from '../build/node-folder.ts';
import { nodeCatalogue, type Words } from '../build/node-set.ts';

type Schema = z.core.JSONSchema.JSONSchema;

const ROLES: Readonly<Record<NodeType['role'], string>> = {
  config: 'A configuration node: other nodes refer to it.',
  design: 'Part of the drawing: the compiler reads it.',
  message: 'An ordinary Node-RED node: it works on messages.',
};

/** Markdown of the page. */
export function nodePage(root: string, folder: NodeFolder, type: NodeType): string {
  const words = nodeCatalogue(root, folder, 'en-US');
  const help = readPart(folder, `${folder.name}.help.md`);
  return [
    `# ${said(words, 'palette') ?? folder.name}`,
    `![The node ${folder.name} with its ports](../../docs/images/nodes/${folder.name}.svg)`,
    `\`${type.type}\`, version ${type.version}. ${ROLES[type.role]}`,
    // Its headings are of the third order in the editor, and of the second here.
    help.replaceAll(/^###(?=#* )/gm, '##'),
    '## What is stored',
    fieldTable(type, words),
  ].join('\n\n');
}

function fieldTable(type: NodeType, words: Words): string {
  const schema = z.toJSONSchema(type.config, { unrepresentable: 'any', io: 'input' });
  const rows = Object.entries(type.defaults).flatMap(([field, fallback]) => {
    const shape = propertyOf(schema, field);
    const own = row(type, words, field, shape, fallback);
    return [own, ...listRows(words, field, shape)];
  });
  return ['| field | in the form | values | default |', '|---|---|---|---|', ...rows].join('\n');
}

function row(type: NodeType, words: Words, field: string, shape: Schema | undefined, fallback: unknown): string {
  const reference = type.references[field];
  const values = reference === undefined ? valuesOf(shape) : `id of a \`${reference}\``;
  return cells([`\`${field}\``, said(words, 'field', field) ?? '', values, defaultOf(fallback)]);
}

/** A list's columns, below it. */
function listRows(words: Words, field: string, shape: Schema | undefined): string[] {
  const items = shape?.items;
  if (items === undefined || typeof items !== 'object' || Array.isArray(items)) return [];
  const { properties = {} } = plain(items);
  return Object.entries(properties).map(([column, each]) =>
    cells([`\`${field}[].${column}\``, said(words, 'list', field, column) ?? '', valuesOf(plain(each)), '']),
  );
}

function propertyOf(schema: Schema, field: string): Schema | undefined {
  const found = schema.properties?.[field];
  return found === undefined ? undefined : plain(found);
}

function plain(schema: Schema | boolean): Schema {
  return typeof schema === 'boolean' ? {} : schema;
}

function valuesOf(shape: Schema | undefined): string {
  if (shape === undefined) return '';
  if (shape.enum !== undefined) return shape.enum.map(value => `\`${String(value)}\``).join(', ');
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined)
    return [...new Set(choices.map(each => valuesOf(plain(each))))].filter(Boolean).join(' or ');
  if (shape.type === 'integer' || shape.type === 'number') return bounds(shape);
  if (shape.type === 'array') return shape.maxItems === undefined ? 'list' : `list of up to ${shape.maxItems}`;
  if (shape.type === 'string') return shape.maxLength === undefined ? 'text' : `text of up to ${shape.maxLength}`;
  return typeof shape.type === 'string' ? shape.type : '';
}

function bounds({ minimum, maximum }: Schema): string {
  const open = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  return open ? `number from ${minimum ?? 0}` : `${minimum} to ${maximum}`;
}

function defaultOf(value: unknown): string {
  if (value === '' || value === undefined || value === null) return '';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : `${value.length} ${value.length === 1 ? 'row' : 'rows'}`;
  return `\`${typeof value === 'object' ? JSON.stringify(value) : String(value)}\``;
}

function cells(texts: readonly string[]): string {
  return `| ${texts.map(text => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function said(words: Words, ...path: readonly string[]): string | undefined {
  let at: string | Words | undefined = words;
  for (const key of path) at = typeof at === 'object' ? at[key] : undefined;
  return typeof at === 'string' ? at : undefined;
}
