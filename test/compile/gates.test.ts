// What attestation gates in a drawing make wait, and for what.
import assert from 'node:assert/strict';
import { BASE, compileSound, draw, lan, rule, type SketchNode, specOf, vm } from './sketch.ts';

const linux = (flow: readonly SketchNode[]) =>
  flow.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend: 'linux' } : node));
const gate = (name: string, to: readonly string[], fields: object = {}) =>
  draw('attest', name, { gateway: 'g1', ...fields }, [to]);
const nic = { nics: [{ name: 'eth0', mac: '', address: '10.0.0.9' }] };
const nic2 = { nics: [{ name: 'eth0', mac: '', address: '10.0.0.10' }] };
const guard = draw('firewall', 'guard', { rules: [rule('modbus')] }, [['router']]);
const robot = (to: string, fields: object = {}) => vm('robot', 'g1', 't1', to, { ...nic, ...fields });
const waits = (by: string, otherwise = 'block') => ({ by: `gate.g1/${by}`, otherwise });
const BUS = { version: 2, gateway: 'g1', protocol: 'modbus', settings: { carrier: 'rtu', path: '/dev/ttyS4' } };

describe('an attestation gate in a drawing', () => {
  it('makes the link of a network card wait for the proof of its VM, and lets everything pass then', () => {
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('boot'), gate('boot', ['lan'])]));
    const { links } = specOf(design, 'policy', 'g1/t1');
    const link = links.find(({ port }) => port === 'port.g1/robot.eth0');
    assert.deepEqual(link?.gates, [waits('boot')]);
    assert.deepEqual(
      link?.rules.map(({ direction, action, protocol }) => [direction, action, protocol]),
      [
        ['outbound', 'accept', 'any'],
        ['inbound', 'accept', 'any'],
      ],
    );
    assert.equal(links.filter(({ gates }) => gates !== undefined).length, 1, 'the other link waits for nothing');
    const { subject, pcrs, tenant } = specOf(design, 'gate', 'g1/boot');
    assert.equal(subject.of === 'vm' && subject.vm, 'vm.g1/robot');
    assert.deepEqual([pcrs, tenant], [[0, 1, 2, 3, 4, 5, 6, 7], 't1']);
    assert.ok(design.resources['vm.g1/robot']?.needs.includes('gate.g1/boot'), 'what it may boot is said before');
  });

  it('stands beside the firewalls of a link, whose rules still count', () => {
    const wires = [draw('firewall', 'inner', { rules: [rule('modbus')] }, [['boot']]), gate('boot', ['lan'])];
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('inner'), ...wires]));
    const link = specOf(design, 'policy', 'g1/t1').links.find(({ firewall }) => firewall === 'inner');
    assert.deepEqual([link?.gates, link?.rules.length], [[waits('boot')], 1]);
  });

  it('makes a VM on a bus wait, with its reads left to it, for the box or for another VM', () => {
    const bus = draw('bus', 'drives', BUS, [['box']]);
    const parts = [bus, gate('box', ['other'], { subject: 'host', otherwise: 'read-only' })];
    const other = gate('other', ['robot'], { subject: 'named', vm: 'watcher', otherwise: 'read-only' });
    const watcher = vm('watcher', 'g1', 't1', 'lan', nic2);
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('lan'), watcher, ...parts, other]));
    const [port] = specOf(design, 'line', 'g1/drives').ports;
    assert.deepEqual(port?.gates, [waits('box', 'read-only'), waits('other', 'read-only')]);
    const { subject } = specOf(design, 'gate', 'g1/other');
    assert.equal(subject.of === 'vm' && subject.vm, 'vm.g1/watcher');
  });

  it('makes a whole VM wait: its start, its network and its buses', () => {
    const parts = [draw('bus', 'drives', BUS, [['robot']]), gate('box', ['robot'], { subject: 'host' })];
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('lan'), ...parts]));
    assert.deepEqual(specOf(design, 'vm', 'g1/robot').gates, [waits('box')]);
    assert.deepEqual(specOf(design, 'line', 'g1/drives').ports[0]?.gates, [waits('box')]);
    const link = specOf(design, 'policy', 'g1/t1').links.find(({ port }) => port === 'port.g1/robot.eth0');
    assert.deepEqual(link?.gates, [waits('box')]);
    assert.ok(design.resources['vm.g1/robot']?.needs.includes('gate.g1/box'));
  });

  it('holds nothing up when it shall only raise an alarm', () => {
    const parts = [
      draw('bus', 'drives', BUS, [['box']]),
      gate('box', ['robot'], { subject: 'host', otherwise: 'alarm' }),
    ];
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('lan'), ...parts]));
    assert.equal(specOf(design, 'line', 'g1/drives').ports[0]?.gates, undefined);
    assert.equal(specOf(design, 'gate', 'g1/box').subject.of, 'host');
  });

  it('judges what the firmware of the VM measures, or what it is told', () => {
    const judged = (fields: object, gateFields: object = {}) => {
      const flow = linux([...BASE, lan(['guard']), guard, robot('boot', { memoryMiB: 512, ...fields }), gate('boot', ['lan'], gateFields)]);
      return specOf(compileSound(flow), 'gate', 'g1/boot').pcrs;
    };
    assert.deepEqual(judged({ firmware: 'uefi' }, { foretold: true }), [0, 2, 3, 4, 7, 9]);
    assert.deepEqual(judged({ firmware: 'uefi-secure' }, { secureBoot: true }), [0, 2, 3, 4, 7, 11]);
    assert.deepEqual(judged({}, { pcrs: '7, 4, 4' }), [4, 7]);
  });
});
