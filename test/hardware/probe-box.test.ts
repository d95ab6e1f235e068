// A box from all that can be asked about it: over ssh, from libvirt, with names from lists; and what is said when it was silent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unsourcedFields } from '../../runtime/hardware/evidence.ts';
import { hostOfFiles, readDumpText } from '../../runtime/hardware/probe/dump-text.ts';
import { probe } from '../../runtime/hardware/probe.ts';
import { probeDump, probeOverSsh, probeThisBox } from '../../runtime/hardware/probe-box.ts';
import { BoxProfile, emptyProfile } from '../../runtime/hardware/profile.ts';
import { unseenIn } from '../../runtime/hardware/unseen.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';
import { localHost } from '../../runtime/host/local.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/collect-hardware.sh', import.meta.url));
const COLLECTOR = readFileSync(SCRIPT, 'utf8');
const CABINET = JSON.parse(readFileSync(new URL('./dumps/cabinet-pc.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const LISTS = {
  '/usr/share/misc/pci.ids':
    '# a list\n\n8086  Intel Corporation\n\t1521  I350 Gigabit Network Connection\n\t\t8086 0001  Ethernet Server Adapter\n\t1533  I210\n10ec  Realtek\n\t5aa8  not of Intel\nC 02  Network controller\n\t00  Ethernet controller\n',
  '/usr/share/misc/usb.ids':
    '0403  Future Technology Devices\n\t6001  FT232 Serial\n0424  Standard Microsystems\n\t2514  USB 2.0 Hub\nC 09  Hub\n',
};
const CAPABILITIES = '<capabilities>\n  <host>\n    <iommu support="yes"/>\n  </host>\n</capabilities>\n';
const DISK = `<device>
  <name>block_sda_1</name>
  <capability type='storage'>
    <block>/dev/sda</block>
    <drive_type>disk</drive_type>
    <model>Another name</model>
    <serial>S3RIAL</serial>
    <size>1000</size>
  </capability>
</device>
`;

/** A dump as the script prints it. */
function dumpText(files: Readonly<Record<string, string>>): string {
  const bytes = (text: string) =>
    (
      Buffer.from(text)
        .toString('hex')
        .match(/.{1,32}/g) ?? []
    ).map(line => ` ${line.match(/../g)?.join(' ')}\n`);
  const entries = Object.entries(files).map(([path, text]) =>
    text === '' ? `name ${path}\n` : `file ${path}\n${bytes(text).join('')}`,
  );
  return `gatewright-hardware 1\n${entries.join('')}end\n`;
}

/** The code and words that something is refused with. */
async function refusal(work: () => unknown): Promise<readonly [string, string]> {
  try {
    await work();
  } catch (error) {
    if (isGatewrightError(error)) return [error.code, error.message];
    throw error;
  }
  return ['done', ''];
}

describe('the probe of a box that ssh leads to', () => {
  it('runs the script there, and gives the profile that the box itself would', async () => {
    const host = createFakeHost({ run: ([program]) => (program === 'ssh' ? dumpText(CABINET) : undefined) });
    const profile = await probeOverSsh(host, 'admin@cabinet', COLLECTOR);
    assert.deepEqual(profile, await probe(createFakeHost({ files: CABINET })));
    const [call] = host.calls;
    assert.deepEqual(call?.argv.slice(-6), ['--', 'admin@cabinet', 'sh', '-s', '--', '-']);
    assert.equal(call?.options.input, COLLECTOR);
    assert.ok(call?.argv.includes('BatchMode=yes'), 'nobody is there to type a password');
  });

  it('takes no notice of a greeting, and refuses whatever else is no dump', async () => {
    const dump = dumpText(CABINET);
    const over = (printed: string) =>
      refusal(() => probeOverSsh(createFakeHost({ run: () => printed }), 'box', COLLECTOR));
    assert.deepEqual(await over(`Welcome!\r\n\r\n${dump.replaceAll('\n', '\r\n')}`), ['done', '']);
    const refused = [
      ['bash: sh: command not found', /printed no dump but "bash: sh/],
      ['', /printed no dump/],
      [dump.slice(0, dump.length / 2), /holds|cut off/],
      [dump.replace(/end\n$/, ''), /cut off/],
      [dump.replace(/^name .*$/m, 'name /etc/passwd'), /holds "name \/etc\/passwd"/],
      [dump.replace(/^file .*$/m, 'rm -rf /'), /holds "rm -rf/],
      ['gatewright-hardware 1\nfile /proc/cpuinfo\n zz\nend\n', /holds " zz"/],
      ['gatewright-hardware 1\nname /sys/\u001b[2J\nend', /holds "name \/sys\/[^\p{Cc}]*"$/u],
    ] as const;
    for (const [printed, told] of refused) {
      const [code, message] = await over(printed);
      assert.deepEqual([code, told.test(message)], ['GW_HOST_UNEXPECTED', true], message);
    }
  });

  it('says what ssh said when it does not get there', async () => {
    const run = () => ({ code: 255, stdout: '', stderr: 'ssh: connect to host box port 22: No route to host\n' });
    const [code, message] = await refusal(() => probeOverSsh(createFakeHost({ run }), 'box', COLLECTOR));
    assert.deepEqual([code, /No route to host/.test(message)], ['GW_HOST_COMMAND_FAILED', true]);
  });

  it('prints as text what it copies into a folder, byte for byte', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'gwdump-'));
    try {
      const dump = join(parent, 'dump');
      execFileSync('sh', [SCRIPT, dump], { timeout: 60_000 });
      const printed = execFileSync('sh', ['-s', '--', '-'], { input: COLLECTOR, encoding: 'utf8', timeout: 60_000 });
      const files = readDumpText(printed);
      assert.ok(files.size > 10);
      const fromText = await probe(hostOfFiles(files));
      assert.deepEqual(fromText, await probe(localHost, dump));
      assert.deepEqual(fromText, await probe(localHost));
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  });

  it('needs no more on it than the programs of BusyBox', async () => {
    const programs = await mkdtemp(join(tmpdir(), 'gwbusybox-'));
    try {
      for (const name of ['awk', 'head', 'od', 'sed']) await symlink('/bin/busybox', join(programs, name));
      const run = { input: COLLECTOR, env: { PATH: programs }, encoding: 'utf8', timeout: 60_000 } as const;
      const printed = execFileSync('/bin/busybox', ['sh', '-s', '--', '-'], run);
      assert.deepEqual(await probe(hostOfFiles(readDumpText(printed))), await probe(localHost));
    } finally {
      await rm(programs, { recursive: true, force: true });
    }
  });
});

describe('what libvirt says of a box', () => {
  const virsh = (argv: readonly string[]) => {
    if (argv[0] !== 'virsh') return undefined;
    if (argv.includes('capabilities')) return CAPABILITIES;
    return argv.includes('nodedev-list') ? 'block_sda_1\npci_0000; reboot\n\n' : DISK;
  };

  it('fills in what the files do not tell, and never goes against them', async () => {
    const files = { ...CABINET };
    delete files['/sys/firmware/acpi/tables/DMAR'];
    delete files['/sys/firmware/acpi/tables/DSDT'];
    const host = createFakeHost({ files, run: virsh });
    const { cpu, disks, pciDevices } = await probeThisBox(host);
    assert.deepEqual([cpu.vtd, cpu.evidence.vtd?.source], [true, 'libvirt']);
    const sda = disks.find(disk => disk.name === 'sda');
    assert.deepEqual([sda?.model, sda?.serialNumber], ['ExtremeDisk', 'S3RIAL']);
    assert.equal(sda?.evidence.serialNumber?.source, 'libvirt');
    assert.equal(pciDevices.length, (await probe(createFakeHost({ files }))).pciDevices.length);
  });

  it('is asked without rights, and about names only that are such', async () => {
    const host = createFakeHost({ files: CABINET, run: virsh });
    await probeThisBox(host);
    const asked = host.calls.map(({ argv }) => argv);
    assert.ok(asked.every(argv => argv[0] === 'virsh' && argv[1] === '--readonly'));
    assert.equal(asked.at(-1)?.at(-1), 'nodedev-dumpxml block_sda_1; nodedev-dumpxml reboot');
  });

  it('is taken as far as it comes in time', async () => {
    const late = (argv: readonly string[]) => (argv.includes('capabilities') ? undefined : virsh(argv));
    const host = createFakeHost({ files: CABINET, run: late });
    assert.equal((await probeThisBox(host)).disks.find(disk => disk.name === 'sda')?.serialNumber, 'S3RIAL');
    // No part of it may hold a probe up for a second.
    assert.ok(host.calls.every(({ options }) => (options.timeoutMs ?? Number.POSITIVE_INFINITY) < 1_000));
  });

  it('may be missing, fail or be none of it, and the files still tell the box', async () => {
    const expected = await probe(createFakeHost({ files: CABINET }));
    const failing = { code: 1, stdout: '', stderr: 'error: failed to connect' };
    for (const answer of [undefined, failing, 'hello', '<capabilities>'])
      assert.deepEqual(await probeThisBox(createFakeHost({ files: CABINET, run: () => answer })), expected);
  });

  it('is in a dump too, where the box had it', async () => {
    const files = Object.fromEntries(Object.entries(CABINET).map(([path, text]) => [`/dump${path}`, text]));
    const { disks } = await probeDump(createFakeHost({ files: { ...files, '/dump/libvirt.xml': DISK } }), '/dump');
    assert.equal(disks.find(disk => disk.name === 'sda')?.serialNumber, 'S3RIAL');
  });
});

describe('the names of devices', () => {
  it('are those of the lists that are installed, except where the device tells its own', async () => {
    const profile = await probeThisBox(createFakeHost({ files: { ...CABINET, ...LISTS } }));
    assert.deepEqual(BoxProfile.parse(profile), profile);
    assert.deepEqual(unsourcedFields(profile), []);
    const named = profile.pciDevices.find(each => each.address === '0000:02:00.0');
    assert.deepEqual([named?.vendor, named?.device], ['Intel Corporation', 'I350 Gigabit Network Connection']);
    assert.equal(named?.evidence.device?.source, '/usr/share/misc/pci.ids');
    const unlisted = profile.pciDevices.find(each => each.address === '0000:00:15.0');
    assert.deepEqual([unlisted?.vendor, unlisted?.device], ['Intel Corporation', undefined]);
    const own = (await probe(createFakeHost({ files: CABINET }))).usb.devices;
    for (const [index, device] of profile.usb.devices.entries())
      assert.equal(device.product, own[index]?.product ?? device.product);
    assert.deepEqual(unseenIn(profile), []);
  });
});

describe('what a probe could not see', () => {
  it('is told of a host that shows nothing, part by part', () => {
    assert.deepEqual(
      unseenIn(emptyProfile()).map(each => each.row),
      ['identity', 'cpu', 'cpu.vtd', 'memory', 'iommu', 'tpm', 'firmware'],
    );
  });

  it('is told of a part that is hidden, and only of that', async () => {
    const cases = [
      [/^\/sys\/class\/dmi\//, 'identity'],
      [/^\/sys\/firmware\/acpi\//, 'cpu.vtd'],
      [/^\/sys\/firmware\/efi\/efivars\/SecureBoot/, 'firmware.secureBoot'],
      [/^\/proc\/self\//, 'disks'],
      [/^\/proc\/meminfo/, 'memory'],
    ] as const;
    for (const [hidden, row] of cases) {
      const files = Object.entries({ ...CABINET, ...LISTS }).filter(([path]) => !hidden.test(path));
      const profile = await probeThisBox(createFakeHost({ files: Object.fromEntries(files) }));
      assert.deepEqual(
        unseenIn(profile).map(each => [each.severity, each.row]),
        [['info', row]],
      );
    }
    const nameless = await probeThisBox(createFakeHost({ files: CABINET }));
    assert.deepEqual(
      unseenIn(nameless).map(each => each.row),
      ['pciDevices'],
    );
  });
});
