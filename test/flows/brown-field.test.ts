// The design of what was there before: what it says is what the import and the conversion make of what was found.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { ROOT } from '../../scripts/build.ts';
import { flowText } from '../../scripts/golden.ts';
import { specOf } from '../compile/sketch.ts';

type FlowNode = Readonly<Record<string, unknown>>;

const found = (file: string) => `${ROOT}flows/brown-field/found/${file}`;

describe('the design of what was there before', () => {
  const drawn = JSON.parse(flowText('brown-field')) as readonly FlowNode[];
  const named = (flow: readonly FlowNode[], name: string) =>
    flow.find(node => node.name === name) ?? assert.fail(`there is no ${name}`);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gw-brown-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function made(command: 'import' | 'convert', file: string): readonly FlowNode[] {
    const into = join(folder, `${command}.json`);
    const { status, stderr } = spawnSync(
      process.execPath,
      [`${ROOT}runtime/cli.ts`, command, found(file), '--output', into],
      { encoding: 'utf8', timeout: 60_000 },
    );
    assert.notEqual(status, 2, stderr);
    return JSON.parse(readFileSync(into, 'utf8')) as readonly FlowNode[];
  }

  it('has the historian as its domain was', () => {
    const imported = named(made('import', 'historian.xml'), 'historian');
    const own = named(drawn, 'historian');
    for (const field of ['memoryMiB', 'vcpus', 'watchdog', 'firmware', 'tpm'])
      assert.equal(own[field], imported[field]);
    const macs = (node: FlowNode) => (node.nics as { mac: string }[]).map(({ mac }) => mac);
    assert.deepEqual(macs(own), macs(imported));
  });

  it('lets the line do what the flow of the other pack did, and no more', () => {
    const converted = made('convert', 'dosing.json');
    assert.deepEqual(named(drawn, 'dosing-guard').modbusRules, named(converted, 'dosing-pumps-guard').modbusRules);
    const settings = (flow: readonly FlowNode[]) => {
      const { path: _path, ...rest } = named(flow, 'dosing-pumps').settings as Readonly<Record<string, unknown>>;
      return rest;
    };
    assert.deepEqual(settings(drawn), settings(converted));
  });

  for (const backend of ['embedded', 'linux'])
    it(`compiles for the back end ${backend}`, () => {
      const flow = drawn.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend } : node));
      const { design, diagnostics } = compile(flow, NODE_TYPES);
      assert.deepEqual(diagnostics, []);
      assert.equal(specOf(design, 'line', 'dosing-1/dosing-pumps').ports.length, 1);
    });
});
