// What `--json` prints, checked against the schema in docs/ as anybody would check it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { CliCommand, CliDocument } from '../../runtime/cli/shapes.ts';
import type { Ended } from './command.ts';

const SCHEMA = new URL('../../docs/schema/cli.schema.json', import.meta.url);
const documents = new Ajv2020({ allErrors: true }).addSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')), 'cli');

/** The one document on stdout; it must be of that command and have the documented shape. */
export function documentOf<C extends CliCommand>(ended: Ended, command: C): CliDocument<C> {
  assert.ok(ended.stdout !== '', `no document on stdout; stderr says: ${ended.stderr}`);
  const document = JSON.parse(ended.stdout);
  assert.equal(document.command, command, ended.stdout);
  // Its own shape first: it says what is wrong, where "none of these nine" would not.
  for (const shape of [`cli#/$defs/${command}`, 'cli'])
    assert.ok(
      documents.validate(shape, document),
      `${documents.errorsText().slice(0, 2_000)}\n${ended.stdout.slice(0, 500)}`,
    );
  return document as CliDocument<C>;
}

/** What a failed command says as a document, with its exit code. */
export function failureIn(ended: Ended): readonly [number | null, string, string] {
  const { ok, code, message } = documentOf(ended, 'error');
  assert.equal(ok, false);
  return [ended.code, code, message];
}
