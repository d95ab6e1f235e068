// Hardware models of EVE: three that are in use come in with their faults named, and go out meaning the same.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { exportEve } from '../../runtime/hardware/export/eve.ts';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { readProfile } from '../../runtime/hardware/read-profile.ts';

const FOLDER = new URL('./eve/', import.meta.url);
const MODELS = readdirSync(FOLDER).filter(name => name.endsWith('.json'));
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

/** What was found in a model, each `CODE row`, without the line types that no EVE model can say. */
function faultsOf(name: string): readonly string[] {
  const { profile, findings } = readProfile(read(name));
  return [...findings, ...lintProfile(profile)]
    .filter(each => each.code !== 'GW_PROFILE_LINE_TYPE' && each.severity !== 'info')
    .map(each => `${each.severity} ${each.code} ${each.row}`)
    .sort();
}

interface Row {
  readonly phyaddrs?: Readonly<Record<string, string>>;
  readonly usagePolicy?: object;
  readonly cbattr?: unknown;
}

/** A model with what has no meaning taken away: the order of keys, the case of address keys, empty values. */
function meaning(text: string): unknown {
  const model = JSON.parse(text) as { ioMemberList: readonly Row[] };
  const rows = model.ioMemberList.map(({ phyaddrs = {}, usagePolicy: _policy, cbattr: _attributes, ...row }) => ({
    ...row,
    phyaddrs: Object.fromEntries(Object.entries(phyaddrs).map(([key, value]) => [key.toLowerCase(), value])),
  }));
  return { ...model, ioMemberList: rows };
}

/** Every public model, as it comes. */
const PUBLIC: readonly { readonly file: string; readonly text: string }[] = readFileSync(
  new URL('models.jsonl', FOLDER),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map(line => {
    const { file, model } = JSON.parse(line) as { file: string; model: object };
    return { file, text: JSON.stringify(model) };
  });

/** In how many public models something of each code was found. */
const PUBLIC_FAULTS = {
  GW_PROFILE_ADDRESS_MISSING: 13,
  GW_PROFILE_GROUP_EMPTY: 6,
  GW_PROFILE_IRQ_SPLIT: 6,
  GW_PROFILE_KEY_CASE: 10,
  GW_PROFILE_KEY_UNKNOWN: 1,
  GW_PROFILE_LINE_TYPE: 62,
  GW_PROFILE_MANAGEMENT: 70,
  GW_PROFILE_PCI_MALFORMED: 1,
  GW_PROFILE_PCI_SPLIT: 25,
  GW_PROFILE_PCI_SWAPPED: 7,
  // One has no list of ports.
  GW_PROFILE_VALUE: 1,
};

describe('the 79 public hardware models of EVE', () => {
  it('all come in whole, fit the schema, and go out as what comes in the same again', () => {
    assert.equal(PUBLIC.length, 79);
    for (const { file, text } of PUBLIC) {
      const { form, profile } = readProfile(text);
      assert.deepEqual([form, BoxProfile.parse(profile)], ['eve', profile], file);
      assert.deepEqual(readProfile(JSON.stringify(exportEve(profile))).profile, profile, file);
    }
  });

  it('are of boxes with Intel and with ARM, as they say', () => {
    const architectures = PUBLIC.map(({ text }) => readProfile(text).profile.cpu.architecture);
    assert.deepEqual([...Map.groupBy(architectures, each => each)].map(([name, each]) => [name, each.length]).sort(), [
      ['aarch64', 15],
      ['x86_64', 64],
    ]);
  });

  it('have the faults that are in them told, and no others', () => {
    const codes = PUBLIC.flatMap(({ text }) => {
      const { profile, findings } = readProfile(text);
      return [...new Set([...findings, ...lintProfile(profile)].map(each => each.code))];
    });
    const counted = [...Map.groupBy(codes, code => code)].map(([code, each]) => [code, each.length]);
    assert.deepEqual(Object.fromEntries(counted), PUBLIC_FAULTS);
  });
});

describe('a hardware model of EVE', () => {
  it('comes in whole, fits the schema, and goes out meaning the same', () => {
    assert.equal(MODELS.length, 3);
    for (const name of MODELS) {
      const { form, profile } = readProfile(read(name));
      assert.equal(form, 'eve');
      assert.deepEqual(BoxProfile.parse(profile), profile, name);
      assert.deepEqual(meaning(JSON.stringify(exportEve(profile))), meaning(read(name)), name);
    }
  });

  it('says where its fields come from', () => {
    const { profile } = readProfile(read('template_l1_APU-2.json'));
    assert.deepEqual(profile.ports[0]?.evidence, { '*': { confidence: 'user', source: 'EVE hardware model' } });
    assert.deepEqual([profile.memory.totalMiB, profile.disks[0]?.sizeMiB, profile.cpu.threads], [4096, 57344, 4]);
  });

  it('has its faults named', () => {
    assert.deepEqual(faultsOf('template_l1_UNO-2372G.json'), [
      'error GW_PROFILE_ADDRESS_MISSING wwan0',
      'error GW_PROFILE_IRQ_SPLIT COM2',
      'error GW_PROFILE_MANAGEMENT wwan0',
      'error GW_PROFILE_PCI_SWAPPED USB2A',
      'error GW_PROFILE_PCI_SWAPPED USB2B',
      'error GW_PROFILE_PCI_SWAPPED USB2C',
      'error GW_PROFILE_PCI_SWAPPED USB3',
      'warning GW_PROFILE_KEY_CASE wlan0',
      'warning GW_PROFILE_MANAGEMENT eth0',
      'warning GW_PROFILE_MANAGEMENT eth1',
      'warning GW_PROFILE_MANAGEMENT wlan0',
    ]);
    assert.deepEqual(faultsOf('template_l1_SYS-E100-9APP.json'), ['warning GW_PROFILE_MANAGEMENT eth0']);
  });

  it('may lack its list of ports, which is told', () => {
    const { form, profile, findings } = readProfile('{"arch": 2, "attr": {"memory": "8G", "Cpus": " 4"}}');
    assert.deepEqual([form, profile.memory.totalMiB, profile.cpu.threads, profile.ports], ['eve', 8192, 4, []]);
    assert.deepEqual(
      findings.map(each => [each.severity, each.code, each.row]),
      [['error', 'GW_PROFILE_VALUE', 'ioMemberList']],
    );
  });

  it('comes in the words of devices and of their controllers too', () => {
    const row = { phylabel: 'eth0', logicallabel: 'eth0', assigngrp: 'eth0', phyaddrs: { Ifname: 'eth0' } };
    const device = { deviceIoList: [{ ...row, ptype: 1, usage: 5 }] };
    const controller = {
      config: {
        type: 'ARM64',
        attr: { memory: '8G' },
        ioMemberList: [
          { ...row, ztype: 'IO_TYPE_ETH', usage: 'ADAPTER_USAGE_MANAGEMENT', usagePolicy: {}, cbattr: {} },
          { ...row, phylabel: 'can0', ztype: 'IO_TYPE_LCAN', usage: 'ADAPTER_USAGE_APP_DIRECT' },
        ],
      },
      status: {},
    };
    const [fromDevice, fromController] = [device, controller].map(model => readProfile(JSON.stringify(model)));
    assert.deepEqual([fromDevice?.form, fromDevice?.findings], ['eve', []]);
    assert.deepEqual(
      fromDevice?.profile.ports.map(port => [port.kind, port.management]),
      [['ethernet', true]],
    );
    assert.deepEqual(fromController?.findings, []);
    assert.deepEqual(
      [fromController?.profile.cpu.architecture, fromController?.profile.memory.totalMiB],
      ['aarch64', 8192],
    );
    assert.deepEqual(
      fromController?.profile.ports.map(port => [port.kind, port.management]),
      [
        ['ethernet', true],
        ['serial-can', false],
      ],
    );
    // What the box is managed through stays so on its way through a profile.
    for (const read of [fromDevice, fromController]) {
      assert.ok(read !== undefined);
      const { profile } = readProfile(JSON.stringify(exportEve(read.profile)));
      assert.deepEqual(
        profile.ports.map(port => [port.kind, port.management]),
        read.profile.ports.map(port => [port.kind, port.management]),
      );
      assert.equal(profile.cpu.architecture, read.profile.cpu.architecture);
    }
  });

  it('is told when what a port is used for cannot be read, or what it is cannot be kept', () => {
    const odd = {
      ztype: 15,
      phylabel: 'can0',
      phyaddrs: { Ifname: 'can0' },
      usage: 'ADMIN',
      cbattr: { bitrate: '125000' },
    };
    const { findings } = readProfile(JSON.stringify({ ioMemberList: [odd] }));
    assert.deepEqual(
      findings.map(each => [each.severity, each.code, each.summary]),
      [
        ['info', 'GW_PROFILE_KEY_UNKNOWN', 'A profile has no place for the cbattr of can0.'],
        ['error', 'GW_PROFILE_VALUE', 'The usage of can0 is none that is known.'],
      ],
    );
  });

  it('may have rows that are none, and they alone are lost', () => {
    const model = {
      attr: { memory: 'much' },
      ioMemberList: [
        null,
        { ztype: 1 },
        {
          ztype: 'IO_TYPE_COM',
          phylabel: 'COM1',
          phyaddrs: { irq: 'four', Ioports: '3F8-3FF', Serial: '/dev/ttyS0', Speed: '9' },
        },
        { ztype: 99, phylabel: 'X', phyaddrs: 'eth7' },
        { ztype: 1, phylabel: 'eth0', phyaddrs: { ifname: 'a', Ifname: 'b' }, colour: 'red' },
      ],
    };
    const { profile, findings } = readProfile(JSON.stringify(model));
    assert.deepEqual(
      profile.ports.map(each => [each.label, each.kind, each.address]),
      [
        ['COM1', 'serial', { device: '/dev/ttyS0', ioPorts: '3f8-3ff' }],
        ['X', 'other', {}],
        ['eth0', 'ethernet', { interface: 'a' }],
      ],
    );
    assert.deepEqual(findings.map(each => `${each.code} ${each.row}`).sort(), [
      'GW_PROFILE_KEY_CASE COM1',
      'GW_PROFILE_KEY_CASE eth0',
      'GW_PROFILE_KEY_UNKNOWN COM1',
      'GW_PROFILE_KEY_UNKNOWN eth0',
      'GW_PROFILE_ROW_SKIPPED row 1',
      'GW_PROFILE_ROW_SKIPPED row 2',
      'GW_PROFILE_VALUE COM1',
      'GW_PROFILE_VALUE X',
      'GW_PROFILE_VALUE X',
      'GW_PROFILE_VALUE eth0',
      'GW_PROFILE_VALUE memory',
    ]);
    assert.ok(findings.every(each => each.summary !== '' && each.remedy !== ''));
  });
});
