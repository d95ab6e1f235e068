import assert from 'node:assert/strict';
import * as checks from '../../editor/checks.ts';
import { firewall } from '../../nodes/firewall/firewall.ts';
import { Name } from '../../runtime/model/address.ts';
import { TenantSpec } from '../../runtime/model/gateway.ts';
import { HostCpus } from '../../runtime/model/host-cpus.ts';
import { DeviceName } from '../../runtime/model/kinds/uplink.ts';
import { ImageName, KernelArguments } from '../../runtime/model/kinds/vm.ts';
import { Ipv4Address, Ipv4Interface, Ipv4Network, MacAddress, PortRange } from '../../runtime/model/network.ts';

/** Texts people type, right and wrong, for every sort of field. */
const SAMPLES = [
  ...['robot-a', 'a', '7', 'Robot', '-a', 'a-', 'a.b', 'a'.repeat(32), 'a'.repeat(33), 'ä', 'a b', '<img onerror=x>'],
  ...['10.0.0.7', '0.0.0.0', '255.255.255.255', '256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.04', ' 1.2.3.4'],
  ...['10.0.0.0/24', '10.0.0.7/24', '10.0.0.0/33', '0.0.0.0/0', '128.0.0.0/1', '10.0.0.7/32', '10.0.0.0/024', '/24'],
  ...[
    '02:00:00:00:00:07',
    '01:00:00:00:00:07',
    '02:00:00:00:00:0G',
    '02-00-00-00-00-07',
    '02:00:00:00:00:7',
    'AA:00:00:00:00:00',
  ],
  ...['502', '0', '65535', '65536', '1-2', '2-1', '8000-8010', '-5', '1-', '00502', '1e3', '5 02'],
  ...['2-3', '0-1', '2-2', '0-0', '02', '1023', '1024', '0-1023', '0-1024', '2-03'],
  ...['enp3s0', 'eth0.100', 'a'.repeat(15), 'a'.repeat(16), '.eth', 'eth/0', 'tiny-linux', 'Tiny', 'x/../y'],
  ...[
    'gw.eth0=dhcp quiet',
    'a"b',
    'a\\b',
    'a\nb',
    'x'.repeat(512),
    'x'.repeat(513),
    '#0072b2',
    '#0072B2',
    '0072b2',
    '#fff',
  ],
];

const PAIRS = [
  ['name', checks.name, Name],
  ['IPv4 address', checks.ipv4, Ipv4Address],
  ['address with prefix', checks.ipv4Interface, Ipv4Interface],
  ['network', checks.ipv4Network, Ipv4Network],
  ['MAC address', checks.mac, MacAddress],
  ['port range', checks.portRanges, PortRange],
  ['device', checks.device, DeviceName],
  ['image', checks.image, ImageName],
  ['kernel arguments', checks.kernelArguments, KernelArguments],
  ['CPUs of a host', checks.hostCpus, HostCpus],
  ['colour', checks.colour, TenantSpec.shape.colour],
] as const;

/** Texts of rules for buses, right and wrong. */
const RULE_SAMPLES = [
  ...[
    '100',
    '0x1a0',
    '100-1ff',
    '1ff-100',
    '100/7f0',
    '100/0',
    '1fffffff',
    '20000000',
    '1FF - 200',
    'xyz',
    '7ff,100-1ff',
  ],
  ...[
    '0',
    '8',
    '0-64',
    '65',
    '9-8',
    '0-4, 8',
    '12ff',
    '12f',
    '1200/ff00',

    '12FF',
    '12/ff/ff',
    'ff'.repeat(64),
  ],
  ...[
    '1',
    '255',
    '256',
    '10-19',
    'read',
    'write',
    'reed',
    '127',
    '128',
    'holding 0-99',
    'coil 3',
    'relay 1',
    'holding 9-0',
  ],
  ...['10/second', '0/second', '5 / minute', '1/day', '1000000/hour', '999999/hour'],
];
const BUS_CHECKS = [
  ['identifiers of CAN', checks.canIds, 'canRules', 'ids'],
  ['lengths of CAN frames', checks.lengths, 'canRules', 'lengths'],
  ['data of CAN frames', checks.canData, 'canRules', 'data'],
  ['units of Modbus', checks.units, 'modbusRules', 'units'],
  ['functions of Modbus', checks.functions, 'modbusRules', 'functions'],
  ['registers of Modbus', checks.registers, 'modbusRules', 'registers'],
  ['values of Modbus', checks.words, 'modbusRules', 'values'],
  ['rates', checks.rate, 'canRules', 'rate'],
] as const;

/** Whether the compiler reads the text; that the rule it makes could never fit is another matter. */
function reads(list: string, field: string, text: string): boolean {
  const issues = firewall.config.safeParse({ ...firewall.defaults, name: 'a', [list]: [{ id: 'a', [field]: text }] })
    .error?.issues;
  return (issues ?? []).every(({ path }) => path.length < 3);
}

/** How Node-RED writes a value that the environment gives. */
const variable = (name: string) => `\${${name}}`;

describe('checks in the forms', () => {
  for (const [what, check, schema] of PAIRS)
    it(`say what the model says: ${what}`, () => {
      const verdicts = SAMPLES.map(text => [text, check(text) === undefined]);
      assert.deepEqual(
        verdicts,
        SAMPLES.map(text => [text, schema.safeParse(text).success]),
      );
      assert.ok(verdicts.some(([, fine]) => fine) && verdicts.some(([, fine]) => !fine), 'the samples show both');
    });

  for (const [what, check, list, field] of BUS_CHECKS)
    it(`say what the firewall says: ${what}`, () => {
      const verdicts = RULE_SAMPLES.map(text => [text, check(text) === undefined]);
      assert.deepEqual(
        verdicts,
        RULE_SAMPLES.map(text => [text, reads(list, field, text)]),
      );
      assert.ok(verdicts.some(([, fine]) => fine) && verdicts.some(([, fine]) => !fine), 'the samples show both');
    });

  it('take lists with commas between, and name what is wrong once', () => {
    assert.equal(checks.ipv4List('10.0.0.1, 10.0.0.2'), undefined);
    assert.equal(checks.ipv4List('10.0.0.1, 10.0.0.299, x'), 'check.ipv4');
    assert.equal(checks.portRanges('502, 8000-8010'), undefined);
    assert.equal(checks.ipv4Ranges('10.0.0.7, 192.168.50.0/24'), undefined);
    assert.equal(checks.ipv4Ranges('192.168.50.1/24'), 'check.range');
  });

  it('keep numbers within their bounds', () => {
    const check = checks.wholeNumber(1, 64);
    assert.deepEqual(['1', '64'].map(check), [undefined, undefined]);
    assert.deepEqual(['0', '65', '1.5', 'x', '1e1'].map(check), Array(5).fill('check.number'));
  });

  it('leave a value with a variable to the compiler', () => {
    for (const [, check] of PAIRS) assert.equal(check(variable('SITE')), undefined);
    assert.equal(checks.wholeNumber(1, 2)(variable('COUNT')), undefined);
    assert.equal(checks.name(`cell-${variable('NUMBER')}`), undefined);
  });

  it('say nothing of an empty field', () => {
    for (const [, check] of PAIRS) assert.equal(check(''), undefined);
  });
});
