import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nearestTaking } from '../../../editor/wires/nearest.ts';
import { faultText } from '../../../editor/wires/wire-words.ts';
import { NODE_TYPES } from '../../../nodes/catalog.ts';
import { compile } from '../../../runtime/compile/compile.ts';
import { GOES_TO, NOUNS } from '../../../runtime/compile/link/wrong-kind.ts';
import { PORT_KINDS } from '../../../runtime/model/wire.ts';

type Words = Readonly<Record<string, Readonly<Record<string, string>>>>;

function wordsOf(language: string): Words {
  const path = new URL(`../../../editor/locales/${language}/shared.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Words;
}

function translator(words: Words) {
  return (key: string, values: Readonly<Record<string, unknown>> = {}) => {
    const [group = '', word = ''] = key.split('.');
    const text = words[group]?.[word];
    assert.ok(text !== undefined, `${key} has words`);
    return text.replaceAll(/__(\w+)__/g, (_, name: string) => String(values[name]));
  };
}

describe('the words for a wire that joins what does not fit', () => {
  const english = wordsOf('en-US');

  it('are those of the compiler', () => {
    assert.deepEqual([english.kind, english.from], [NOUNS, NOUNS]);
    assert.deepEqual(english.goesTo, GOES_TO);
  });

  it('exist in German for every kind of port', () => {
    const german = wordsOf('de');
    for (const group of ['kind', 'from', 'goesTo'])
      assert.deepEqual(Object.keys(german[group] ?? {}).sort(), [...PORT_KINDS].sort(), group);
    assert.deepEqual(Object.keys(german.wire ?? {}), Object.keys(english.wire ?? {}));
  });

  it('say of a drawing what the compiler says of it', () => {
    const config = (id: string, type: string, fields: object) => ({
      id,
      type: `gatewright-${type}`,
      version: 1,
      ...fields,
    });
    const place = (id: string, type: string, x: number, fields: object, wires: string[][] = []) => ({
      ...config(id, type, fields),
      z: 'tab',
      x,
      y: 100,
      wires,
    });
    const flow = [
      { id: 'tab', type: 'tab', label: 'tab' },
      config('gw', 'gateway', { name: 'cell-7', backend: 'simulated' }),
      config('t', 'tenant', { name: 'acme', colour: '#0072b2' }),
      place('vm', 'vm', 100, { name: 'robot-a', gateway: 'gw', tenant: 't' }, [['up']]),
      place('lan', 'vswitch', 300, { name: 'near-lan', tenant: 't' }),
      place('far', 'vswitch', 900, { name: 'far-lan', tenant: 't' }),
      place('up', 'uplink', 700, { name: 'plant', gateway: 'gw', interface: 'lan-1' }),
    ];
    const found = compile(flow, NODE_TYPES).diagnostics.find(({ code }) => code === 'GW_WIRE_KIND');
    const text = faultText(
      {
        ...{ start: 'eth0 of robot-a', passes: false, kinds: ['nic'], nearest: 'near-lan' },
        target: { label: 'plant', accepts: ['segment', 'routed'] },
      },
      translator(english),
    );
    assert.equal(text, `${found?.summary} ${found?.remedy}`);
  });

  it('say that a firewall only lets through, and that some nodes take no wires', () => {
    const fault = { start: 'fw', passes: true, kinds: ['field', 'nic'], nearest: undefined };
    const say = translator(english);
    assert.match(
      faultText({ ...fault, target: { label: 'box', accepts: [] } }, say),
      /^fw carries a bus or a network card, but box takes no wires\. /,
    );
    const german = faultText({ ...fault, target: { label: 'lan', accepts: ['nic'] } }, translator(wordsOf('de')));
    assert.match(
      german,
      /^durch fw geht ein Bus oder eine Netzwerkkarte, aber lan nimmt nur Drähte von einer Netzwerkkarte an\. /,
    );
  });

  it('name the nearest node that takes the wire, and never a firewall or the node itself', () => {
    const node = (id: string, x: number, accepts: string[], passes = false) => ({
      id,
      x,
      y: 0,
      label: id,
      accepts,
      passes,
    });
    const nodes = [
      node('self', 0, ['nic']),
      node('fw', 1, ['nic'], true),
      node('far', 90, ['nic']),
      node('near', -50, ['nic']),
      node('bus', 5, ['interface']),
    ];
    assert.equal(nearestTaking(['nic'], { id: 'self', x: 0, y: 0 }, nodes)?.id, 'near');
    assert.equal(nearestTaking(['tpm'], { id: 'self', x: 0, y: 0 }, nodes), undefined);
  });
});
