// What attestation gates in a drawing make wait, and for what.
import assert from 'node:assert/strict';
import { BASE, codesOf, compileSound, draw, lan, rule, type SketchNode, specOf, vm } from './sketch.ts';

const linux = (flow: readonly SketchNode[]) =>
  flow.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend: 'linux' } : node));
const gate = (name: string, to: readonly string[], fields: object = {}) =>
  draw('attest', name, { gateway: 'g1', ...fields }, [to]);
const nic = { nics: [{ name: 'eth0', mac: '', address: '10.0.0.9' }] };
const nic2 = { nics: [{ name: 'eth0', mac: '', address: '10.0.0.10' }] };
const guard = draw('firewall', 'guard', { rules: [rule('modbus')] }, [['router']]);
const UEFI = { firmware: 'uefi', memoryMiB: 512 };
const robot = (to: string, fields: object = {}) => vm('robot', 'g1', 't1', to, { ...nic, ...UEFI, ...fields });
const waits = (by: string, otherwise = 'block') => ({ by: `gate.g1/${by}`, otherwise });
/** The base, with the TPM of its box wired to a gate. */
const tpmTo = (to: string) => {
  const socket = { label: 'tpm0', kind: 'tpm' };
  return BASE.map(node => {
    if (node.type !== 'gatewright-hardware') return node;
    const interfaces = [...(node.interfaces as object[]), socket];
    return { ...node, version: 2, interfaces, wires: interfaces.map(one => (one === socket ? [to] : [])) };
  });
};
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
    assert.deepEqual([pcrs, tenant], [[0, 2, 3, 4, 7, 9], 't1']);
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
    const watcher = vm('watcher', 'g1', 't1', 'lan', { ...nic2, ...UEFI });
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('lan'), watcher, ...parts, other]));
    const [port] = specOf(design, 'line', 'g1/drives').ports;
    assert.deepEqual(port?.gates, [waits('box', 'read-only'), waits('other', 'read-only')]);
    const { subject } = specOf(design, 'gate', 'g1/other');
    assert.equal(subject.of === 'vm' && subject.vm, 'vm.g1/watcher');
  });

  it('leaves a VM what it hears on a bus whose protocol has no rules', () => {
    const serial = { ...BUS, protocol: 'serial', settings: { path: '/dev/ttyS4' } };
    const parts = [
      draw('bus', 'scale', serial, [['box']]),
      gate('box', ['robot'], { subject: 'host', otherwise: 'read-only' }),
    ];
    const design = compileSound(linux([...BASE, lan(['guard']), guard, robot('lan'), ...parts]));
    assert.deepEqual(specOf(design, 'line', 'g1/scale').ports[0]?.gates, [waits('box', 'read-only')]);
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
      const parts = [lan(['guard']), guard, robot('boot', fields), gate('boot', ['lan'], gateFields)];
      return specOf(compileSound(linux([...BASE, ...parts])), 'gate', 'g1/boot').pcrs;
    };
    assert.deepEqual(judged({ firmware: 'uefi' }, { foretold: true }), [0, 2, 3, 4, 7, 9]);
    assert.deepEqual(judged({ firmware: 'uefi-secure' }, { secureBoot: true }), [0, 2, 3, 4, 7, 11]);
    assert.deepEqual(judged({}, { pcrs: '7, 4, 4' }), [4, 7]);
  });

  it('has rules about events as they are written, and judges the PCRs that they name', () => {
    const row = { id: 'loader', action: 'require', component: 'boot loader', pcr: '4', digests: '', commandLine: '' };
    const rules = [
      { ...row, digests: `${'CD'.repeat(32)}, ${'ab'.repeat(32)}` },
      { ...row, id: 'line', action: 'forbid', component: 'command line', pcr: '12', commandLine: 'init=/bin/sh' },
    ];
    const parts = [lan(['guard']), guard, robot('boot', { firmware: 'uefi' }), gate('boot', ['lan'], { rules })];
    const spec = specOf(compileSound(linux([...BASE, ...parts])), 'gate', 'g1/boot');
    assert.deepEqual(spec.rules, [
      {
        ...{ id: 'loader', action: 'require', component: 'boot loader', pcr: 4 },
        digests: ['ab'.repeat(32), 'cd'.repeat(32)],
      },
      {
        ...{ id: 'line', action: 'forbid', component: 'command line', pcr: 12 },
        digests: [],
        commandLine: 'init=/bin/sh',
      },
    ]);
    assert.deepEqual(spec.pcrs, [0, 2, 3, 4, 7, 9, 12]);
  });

  it('judges a signed image by what is drawn, and leaves rules the PCRs that are not foretold', () => {
    const rule = { id: 'keys', action: 'require', component: 'command line', pcr: '9', digests: 'ab'.repeat(32) };
    const signed = (pcr: string) => {
      const boot = gate('boot', ['lan'], { foretold: true, secureBoot: true, rules: [{ ...rule, pcr }] });
      return linux([...BASE, lan(['guard']), guard, robot('boot', { firmware: 'uefi-secure' }), boot]);
    };
    const { foretold, pcrs } = specOf(compileSound(signed('9')), 'gate', 'g1/boot');
    assert.deepEqual([foretold, pcrs], [true, [0, 2, 3, 4, 7, 9, 11]]);
    assert.deepEqual(codesOf(signed('11')), ['GW_GATE_RULE_FORETOLD']);
  });

  it('asks the box when the TPM of the box is wired to it, and still lets links pass', () => {
    const parts = [draw('bus', 'drives', BUS, [['boot']]), gate('boot', ['robot'], { otherwise: 'read-only' })];
    const design = compileSound(linux([...tpmTo('boot'), lan(['guard']), guard, robot('lan'), ...parts]));
    assert.deepEqual(specOf(design, 'line', 'g1/drives').ports[0]?.gates, [waits('boot', 'read-only')]);
    const { subject, pcrs, tenant } = specOf(design, 'gate', 'g1/boot');
    assert.deepEqual([subject.of, pcrs, tenant], ['host', [0, 2, 3, 4, 7], undefined]);
  });

  it('lets a VM be started only when two gates in a row are open', () => {
    const parts = [gate('boot', ['other'], { subject: 'host' }), gate('other', ['robot'], { subject: 'host' })];
    const design = compileSound(linux([...tpmTo('boot'), lan(['guard']), guard, robot('lan'), ...parts]));
    assert.deepEqual(specOf(design, 'vm', 'g1/robot').gates, [waits('boot'), waits('other')]);
  });

  it('holds the way of a switch to its router up, and needs a firewall there all the same', () => {
    const boot = gate('boot', ['router'], { subject: 'host' });
    const firewall = draw('firewall', 'guard', { rules: [rule('modbus')] }, [['boot']]);
    const design = compileSound(linux([...tpmTo('boot'), lan(['guard']), firewall, robot('lan'), boot]));
    const [link] = specOf(design, 'policy', 'g1/t1').links;
    assert.deepEqual([link?.port, link?.firewall, link?.gates], ['edge.g1/router.lan', 'guard', [waits('boot')]]);
    const bare = [...tpmTo('boot'), lan(['boot']), robot('lan'), boot];
    assert.deepEqual(codesOf(linux(bare)), ['GW_UPLINK_UNGUARDED']);
  });

  it('tells of a gate that nobody waits for, and that asks the box, nothing bad', () => {
    const flow = [...tpmTo('boot'), lan(['guard']), guard, robot('lan'), gate('boot', [])];
    assert.equal(specOf(compileSound(linux(flow)), 'gate', 'g1/boot').subject.of, 'host');
  });
});
