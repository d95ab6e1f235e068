// The probe: made-up boxes whose profile is known, this machine as it is and as a dump, and hosts that hide things.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unsourcedFields } from '../../runtime/hardware/evidence.ts';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { probe } from '../../runtime/hardware/probe.ts';
import { BoxProfile } from '../../runtime/hardware/profile.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';
import { localHost } from '../../runtime/host/local.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';

const FOLDER = new URL('./dumps/', import.meta.url);
const SCRIPT = fileURLToPath(new URL('../../scripts/collect-hardware.sh', import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
const hostOf = (name: string) => createFakeHost({ files: json(`${name}.json`) as Record<string, string> });

/** Fields that name what is there, without who says so. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each) => (key === 'evidence' ? undefined : each)));
}

describe('the probe', () => {
  for (const name of ['cabinet-pc', 'pole-box'])
    it(`reads the whole profile of the made-up ${name}`, async () => {
      const profile = await probe(hostOf(name));
      assert.deepEqual(BoxProfile.parse(profile), profile);
      assert.deepEqual(profile, json(`expected/${name}.json`));
    });

  it('finds what is where, and what only software made is left out', async () => {
    const { canPorts, serialPorts, radios, nics, usb } = await probe(hostOf('cabinet-pc'));
    assert.deepEqual(
      [...canPorts, ...nics].map(each => [each.interface, each.pciAddress]),
      [
        ['can0', '0000:04:00.0'],
        ['can1', '0000:04:00.0'],
        ['enp1s0', '0000:01:00.0'],
        ['enp2s0f0', '0000:02:00.0'],
        ['enp2s0f1', '0000:02:00.1'],
      ],
    );
    assert.deepEqual(
      serialPorts.map(each => [each.device, each.carrier, each.pciAddress ?? each.usbPort ?? each.ioPorts]),
      [
        ['/dev/ttyS0', 'uart', '3f8-3ff'],
        ['/dev/ttyS1', 'uart', '2f8-2ff'],
        ['/dev/ttyS4', 'pci', '0000:05:00.0'],
        ['/dev/ttyUSB0', 'usb', '1-4.1'],
      ],
    );
    assert.deepEqual(
      radios.map(each => [each.kind, each.pciAddress ?? each.usbPort]),
      [
        ['wifi', '0000:03:00.0'],
        ['cellular', '1-4.10'],
        ['bluetooth', undefined],
      ],
    );
    assert.deepEqual(
      usb.devices.map(each => [each.port, each.controllerPciAddress]),
      ['1-4', '1-4.1', '1-4.10'].map(port => [port, '0000:00:15.0']),
    );
    assert.deepEqual(
      nics.map(each => [each.speedMbps, each.sriovFunctions, each.iommuGroup]),
      [
        [1000, 0, 3],
        [undefined, 7, 4],
        [undefined, 7, 5],
      ],
    );
  });

  it('says of a host without IOMMU, TPM and EFI that it has none', async () => {
    const { iommu, tpm, firmware, cpu, canPorts } = await probe(hostOf('pole-box'));
    assert.deepEqual(
      [iommu.active, iommu.groups, tpm.present, firmware.kind, firmware.secureBoot, cpu.vtx, cpu.ept, cpu.vtd],
      [false, [], false, 'bios', false, true, true, false],
    );
    assert.deepEqual(
      canPorts.map(each => [each.interface, each.carrier]),
      [
        ['can0', 'spi'],
        ['slcan0', 'serial-line'],
      ],
    );
  });

  it('keeps the interface of the default route with the host, and makes rows the lint has little against', async () => {
    const profile = await probe(hostOf('cabinet-pc'));
    const [first] = profile.ports;
    assert.deepEqual([first?.label, first?.management, first?.group], ['enp1s0', true, undefined]);
    // The functions of one card may be apart, because the IOMMU keeps them so. The line of a serial port cannot be seen.
    assert.deepEqual([...new Set(lintProfile(profile).map(each => each.code))].sort(), [
      'GW_PROFILE_GROUP_EMPTY',
      'GW_PROFILE_LINE_TYPE',
    ]);
    const shared = lintProfile(await probe(hostOf('pole-box'))).filter(each => each.severity === 'error');
    assert.deepEqual(
      shared.map(each => [each.code, each.row]),
      [['GW_PROFILE_IRQ_SPLIT', 'ttyS0']],
    );
  });

  it('keeps the cards below a bridge, a bond and a VLAN with the host when the box is managed through those', async () => {
    const files = {
      ...(json('cabinet-pc.json') as Record<string, string>),
      '/proc/net/route': 'Iface\tDestination\tGateway\nbr0\t0000A8C0\t00000000\n',
      '/proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80 00000400 00000001 00000000 00000003     br0\n`,
      '/sys/class/net/br0/lower_bond0.7': '',
      '/sys/class/net/bond0.7/lower_bond0': '',
      '/sys/class/net/bond0/lower_enp2s0f0': '',
      '/sys/class/net/bond0/lower_enp2s0f1': '',
    };
    const { ports } = await probe(createFakeHost({ files }));
    assert.deepEqual(
      ports.filter(port => port.management === true).map(port => [port.label, port.group]),
      [
        ['enp2s0f0', undefined],
        ['enp2s0f1', undefined],
      ],
    );
  });

  it('knows nothing of a host that shows nothing, and says nothing', async () => {
    const refused = async () => {
      throw new GatewrightError('GW_HOST_IO', 'you may not');
    };
    const silent = await probe({ readFile: refused, list: refused });
    assert.deepEqual(BoxProfile.parse(silent), silent);
    const empty = await probe(createFakeHost());
    assert.deepEqual(plain(silent), plain(empty));
    assert.deepEqual(
      [silent.iommu.active, silent.tpm.present, silent.firmware.kind],
      [undefined, undefined, undefined],
    );
  });

  it('reads this machine and a dump of it the same, with a source for every field', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'gwdump-'));
    try {
      const dump = join(parent, 'dump');
      await promisify(execFile)('sh', [SCRIPT, dump], { timeout: 30_000 });
      const [here, there] = [await probe(localHost), await probe(localHost, dump)];
      assert.deepEqual(BoxProfile.parse(here), here);
      assert.deepEqual(here, there);
      assert.ok((here.memory.totalMiB ?? 0) > 0 && (here.cpu.threads ?? 0) > 0);
      assert.deepEqual(unsourcedFields(here), []);
      await assert.rejects(promisify(execFile)('sh', [SCRIPT, dump], { timeout: 30_000 }), /exists; name a folder/);
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  });
});
