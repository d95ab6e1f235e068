// Ids of what we give away and add. Node-RED passes on where somebody is in a drawing only when ids are of letters, digits and dots.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importDomain } from '../../runtime/convert/domain/import-domain.ts';
import { foreignText } from '../../scripts/golden.ts';
import { converted } from '../convert/converted.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PASSED_ON = /^[a-zA-Z0-9.]+$/;

const textOf = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8');
const held = (nodes: readonly { readonly id: string }[]) => {
  assert.ok(nodes.length > 0);
  return nodes.map(({ id }) => id).filter(id => !PASSED_ON.test(id));
};

describe('ids that Node-RED passes on when it shows who is where', () => {
  for (const file of globSync('flows/{*/flow,templates/*}.json', { cwd: ROOT }))
    it(`are those of ${file}`, () => assert.deepEqual(held(JSON.parse(textOf(file))), []));

  it('are those of what a conversion adds, whatever the ids of the other pack', () => {
    assert.deepEqual(held(converted(foreignText('heat-pump-tcp')).added), []);
  });

  it('are those of what comes of a domain of libvirt', () => {
    assert.deepEqual(held(importDomain(textOf('test/convert/domains/robot.xml'), []).added), []);
  });
});
