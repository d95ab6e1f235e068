// Buses whose device one VM owns: what is drawn, what comes out, and what is refused.
import { deepEqual, equal } from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import type { Diagnostic } from '../../runtime/model/diagnostic.ts';
import { box, codesOf, compileSound, config, draw, needsOf, type SketchNode, specOf, tab, vm } from './sketch.ts';

const PATH = '/dev/serial/by-path/pci-0000:00:14.0-usb-0:4:1.0-port0';
const VMS = ['robot', 'meter'].map(name => vm(name, 'g1', 't1', [], { nics: [] }));
const SITE = [tab, ...box('g1'), config('tenant', 't1'), ...VMS];

function owned(device: string, to: readonly string[] = ['robot'], fields: object = {}): SketchNode {
  return draw('bus', 'field', { version: 2, gateway: 'g1', mode: 'passthrough', device, ...fields }, [to]);
}

function findings(...nodes: readonly SketchNode[]): readonly Diagnostic[] {
  return compile([...SITE, ...nodes], NODE_TYPES).diagnostics;
}

describe('a bus whose device one VM owns', () => {
  it('becomes a device of that VM, named by its PCI functions in order', () => {
    const { design } = compile([...SITE, owned('0000:02:00.1, 0000:02:00.0')], NODE_TYPES);
    deepEqual(specOf(design, 'device', 'g1/field'), {
      vm: 'vm.g1/robot',
      tenant: 't1',
      label: 'field',
      attach: { by: 'pci', functions: ['0000:02:00.0', '0000:02:00.1'] },
      plugged: true,
    });
    deepEqual(needsOf(design, 'device.g1/field'), ['vm.g1/robot']);
    equal(design.resources['line.g1/field'], undefined);
  });

  it('may be a USB port, with the device that has to be there, or a serial port by a name that stays', () => {
    const attach = (text: string) => specOf(compileSound([...SITE, owned(text)]), 'device', 'g1/field').attach;
    deepEqual(attach('1-4.1'), { by: 'usb', port: '1-4.1' });
    deepEqual(attach('1-4.1 0403:6001'), { by: 'usb', port: '1-4.1', vendorId: '0403', productId: '6001' });
    deepEqual(attach(PATH), { by: 'serial', path: PATH });
  });

  it('gives its VM the slots and the USB controller to plug it in, and other VMs none', () => {
    const flow = [
      ...SITE,
      owned('0000:02:00.0 0000:02:00.1'),
      draw('bus', 'com', { version: 2, gateway: 'g1', mode: 'passthrough', device: PATH }, [['robot']]),
      draw('bus', 'stick', { version: 2, gateway: 'g1', mode: 'passthrough', device: '1-2' }, [['robot']]),
    ];
    const { design } = compile(flow, NODE_TYPES);
    deepEqual(specOf(design, 'vm', 'g1/robot').hotplug, { pciSlots: 4, usb: true });
    equal(specOf(design, 'vm', 'g1/meter').hotplug, undefined);
  });

  it('takes its place and label from a connector that is wired to it', () => {
    const interfaces = [{ label: 'com1', kind: 'serial', device: '/dev/ttyS0' }];
    const others = SITE.filter(({ id }) => id !== 'g1-box');
    const wired = draw('hardware', 'g1-box', { version: 2, gateway: 'g1', interfaces }, [['field']]);
    const spec = specOf(compileSound([...others, wired, owned('')]), 'device', 'g1/field');
    deepEqual([spec.label, spec.attach], ['com1', { by: 'serial', path: '/dev/ttyS0' }]);
  });

  it('keeps its protocol out of it: settings that no line could have are no fault', () => {
    deepEqual(findings(owned('1-2', ['robot'], { protocol: 'can', settings: { nothing: 1 } })), []);
  });

  it('is refused when it goes to several VMs, says nothing, or names what may be another device tomorrow', () => {
    deepEqual(codesOf([...SITE, owned('1-2', ['robot', 'meter'])]), ['GW_DEVICE_OWNERS']);
    deepEqual(codesOf([...SITE, owned('')]), ['GW_DEVICE_PLACE']);
    deepEqual(codesOf([...SITE, owned('/dev/ttyUSB0')]), ['GW_DEVICE_UNSTABLE']);
    for (const text of ['02:00.0', '1-2 0403', '1-2 0403:6001 x', '/etc/passwd', '/dev/../etc', '/dev/x y', 'eth0'])
      deepEqual(codesOf([...SITE, owned(text)]), ['GW_DEVICE_PLACE'], text);
  });

  it('is refused behind a firewall, which would see nothing of it', () => {
    const found = findings(owned('1-2', ['fw']), draw('firewall', 'fw', { rules: [] }, [['robot']]));
    const [finding] = found.filter(({ code }) => code === 'GW_DEVICE_FIREWALL');
    equal(finding?.source?.node, 'fw');
    equal(finding?.severity, 'error');
  });
});
