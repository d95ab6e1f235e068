// A robot cell whose robot has to prove what it booted before it may write to a Modbus line, on a real libvirtd with a real TPM and a
// real firmware: every one of its parts changed once, each named, and a planned change that nobody is alarmed of.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { parseEventLog } from '../../runtime/attest/event-log.ts';
import { parseRecord, review } from '../../runtime/attest/history.ts';
import { measuredBy } from '../../runtime/attest/measured.ts';
import { attest } from '../../runtime/drivers/attest/driver.ts';
import { libvirt } from '../../runtime/drivers/libvirt/driver.ts';
import { linesOnLinux } from '../../runtime/drivers/lines/driver.ts';
import { createCables } from '../../runtime/host/cables.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { GateStanding } from '../../runtime/model/attestation.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { EventRule } from '../../runtime/model/kinds/event-rule.ts';
import type { GateSpec } from '../../runtime/model/kinds/gate.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { resource } from '../contract/samples.ts';
import { untilBusFindsGuests } from '../lab/bus.ts';
import { type FieldDevices, openFieldDevices } from '../lab/field-devices.ts';
import { GuestConsole } from '../lab/guest-console.ts';
import { type ImageStore, imageStore } from '../lab/guest-images.ts';
import { masterAnswer, masterCommand } from '../lab/guest-master.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../lab/libvirt.ts';
import { trustedVm } from '../lab/trusted-vm.ts';

const LINE = 'line.cell-7/meters';
const [ROBOT, METER] = ['vm.cell-7/robot', 'vm.cell-7/meter'] as const;
const UNIT = 7;
const [READ, READ_ANSWER] = ['03000a0001', '03020900'];
const [WRITE, REFUSED] = ['060028000c', '8601'];

describe('a cell whose robot proves what it booted', function () {
  this.timeout(600_000).bail(true);
  const device = new MemoryDevice({ holdingRegisters: 100 });
  const heard: GateStanding[][] = [];
  let folder = '';
  let images: ImageStore;
  let daemon: PrivateLibvirtd;
  let devices: FieldDevices;
  let agent: LocalAgent;

  const robotSpec: Partial<VmSpec> = { kernelArguments: 'gw.hostname=robot', memoryMiB: 256 };
  function design(image = 'tiny-linux', rules?: EventRule[]): GatewayDesign {
    const robot = trustedVm('robot', { ...robotSpec, image });
    const { tpm: _tpm, firmware: _firmware, ...plain } = trustedVm('meter', { memoryMiB: 112 }).spec;
    const gate: GateSpec = {
      tenant: 'vendor-a',
      subject: {
        ...{ of: 'vm', vm: ROBOT },
        boot: { image, kernelArguments: robotSpec.kernelArguments ?? '', firmware: 'uefi', memoryMiB: 256 },
      },
      ...{ pcrs: [0, 2, 3, 4, 7, 9], learn: 'first-boot', foretold: true, secureBoot: false, images: [] },
      ...{ intervalSeconds: 5, freshnessSeconds: 60, releases: [] },
      ...(rules === undefined ? {} : { rules }),
    };
    const line = {
      ...{ protocol: 'modbus', device: devices.port, messages: 'none' as const },
      settings: { carrier: 'rtu', path: devices.port, baudRate: 19_200, parity: 'even', stopBits: 1, answerMs: 500 },
      ports: [
        { vm: METER, tenant: 'grid', guards: [] },
        {
          vm: ROBOT,
          tenant: 'vendor-a',
          guards: [],
          gates: [{ by: 'gate.cell-7/boot', otherwise: 'read-only' as const }],
        },
      ],
    };
    const resources: readonly Resource[] = [
      resource('gate', 'boot', gate),
      { ...robot, needs: ['gate.cell-7/boot'] },
      resource('vm', 'meter', { ...plain, tenant: 'grid' }),
      { ...resource('line', 'meters', line as never), needs: ['gate.cell-7/boot', METER, ROBOT] },
    ];
    const byAddress = Object.fromEntries(resources.map(one => [one.address, one]));
    return { version: 1, gateway: { name: 'cell-7', backend: 'linux' }, tenants: {}, resources: byAddress };
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gwat-'));
    images = imageStore('tiny-linux');
    daemon = await privateLibvirtd();
    const inputs = new MemoryDevice({ holdingRegisters: 100 });
    device.setRegister('holding-registers', 10, 2_304);
    devices = await openFieldDevices(
      new Map([
        [UNIT, device],
        [UNIT + 1, inputs],
      ]),
    );
    agent = await createAgent({
      ...{ gateway: 'cell-7', backend: 'linux', driverSets: [libvirt, linesOnLinux, attest], version: 'test' },
      ...{ host: { ...localHost, cables: createCables() }, stateDirectory: folder },
      settings: {
        ...{ libvirtSocket: daemon.socket, imageDirectory: images.directory, shutdownSeconds: '0' },
        tpmAuthority: join(daemon.root, 'var/lib/swtpm-localca'),
      },
    });
    agent.watch(event => {
      if (event.type === 'attestation') heard.push([...event.standings]);
    });
  });
  after(async () => {
    await agent?.close();
    await devices?.close();
    await daemon?.close();
    images?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const standing = () => heard.at(-1)?.[0];
  async function until(state: GateStanding['state'], component?: string): Promise<void> {
    const fits = () =>
      standing()?.state === state &&
      (component === undefined || standing()?.findings.some(finding => finding.component === component) === true);
    for (let look = 0; look < 1800 && !fits(); look += 1) await pause(100);
    assert.ok(fits(), `${state} ${component}: ${JSON.stringify(standing())}`);
  }
  async function apply(wanted: GatewayDesign): Promise<void> {
    const { hash } = await agent.plan(wanted);
    const { outcome, message } = await agent.apply({ design: wanted, planHash: hash, onFailure: 'stop' }, () => {});
    assert.equal(outcome, 'applied', message);
  }
  async function console(vm: typeof ROBOT | typeof METER): Promise<GuestConsole> {
    const found = (await agent.observe()).resources[vm];
    return GuestConsole.open(String(found?.status.console));
  }
  /** Sends a request from within a guest and gives the bytes of the answer in hex, without unit and checksum. */
  async function modbus(vm: typeof ROBOT | typeof METER, pdu: string, bytes: number): Promise<string> {
    const guest = await console(vm);
    try {
      await guest.attempt('stty raw -echo -F /dev/ttyS1');
      return masterAnswer((await guest.attempt(masterCommand(UNIT, pdu, bytes))).output);
    } finally {
      guest.close();
    }
  }
  /** Undoes what was changed last. */
  let mend: () => unknown = () => {};

  /** Pulls the plug, makes good what was done before, does something, and starts it again, as somebody would who has the box in hand. */
  async function tamper(meanwhile: () => unknown): Promise<void> {
    await daemon.virsh('destroy', 'gw.cell-7.robot');
    await mend();
    mend = () => {};
    await meanwhile();
    await daemon.virsh('start', 'gw.cell-7.robot');
  }
  async function readOnly(): Promise<void> {
    assert.equal(await modbus(ROBOT, WRITE, 2), REFUSED);
    assert.equal(await modbus(ROBOT, READ, 4), READ_ANSWER);
    assert.equal(await modbus(METER, WRITE, 5), WRITE, 'the other tenant notices nothing');
  }

  it('opens the gate once the robot has proven its first boot, and lets it write', async () => {
    await apply(design());
    await untilBusFindsGuests(agent, LINE);
    await until('trusted');
    assert.equal(await modbus(ROBOT, WRITE, 5), WRITE);
    assert.equal(device.register('holding-registers', 40), 12);
    assert.deepEqual((await agent.drift())?.steps, []);
  });

  it('closes it for another command line, names that, and leaves the robot its reads', async () => {
    const xml = await daemon.virsh('dumpxml', '--inactive', 'gw.cell-7.robot');
    const changed = join(folder, 'changed.xml');
    writeFileSync(changed, xml.replace('gw.hostname=robot<', 'gw.hostname=robot quiet<'));
    await tamper(() => daemon.virsh('define', changed));
    await until('mismatch', 'command line');
    await readOnly();
    mend = () => {
      writeFileSync(changed, xml);
      return daemon.virsh('define', changed);
    };
  });

  const store = (name: string) => join(images.directory, 'tiny-linux', name);
  async function changedFile(name: string, change: (bytes: Buffer) => Buffer): Promise<void> {
    const original = readFileSync(store(name));
    await tamper(() => writeFileSync(store(name), change(Buffer.from(original))));
    mend = () => writeFileSync(store(name), original);
  }

  it('closes it for an initrd of one byte more, and names that', async () => {
    await changedFile('initrd.img', bytes => Buffer.concat([bytes, Buffer.alloc(1)]));
    await until('mismatch', 'initrd');
    await readOnly();
  });

  it('closes it for a kernel with one other byte, and names that', async () => {
    await changedFile('vmlinuz', bytes => {
      const place = bytes.indexOf('debian-kernel@');
      assert.ok(place > 0);
      bytes[place] = 'D'.charCodeAt(0);
      return bytes;
    });
    await until('mismatch', 'kernel');
    await readOnly();
  });

  it('closes it for another key in the variables of its firmware, and names those', async () => {
    const libvirtFolder = join(folder, 'drivers/libvirt');
    const file = join(libvirtFolder, readdirSync(libvirtFolder).find(name => name.endsWith('.nvram')) ?? '');
    const original = readFileSync(file);
    await tamper(async () => {
      const key = join(folder, 'intruder');
      const subject = ['-subj', '/CN=Intruder/', '-keyout', `${key}.key`, '-out', `${key}.pem`];
      await promisify(execFile)('openssl', ['req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject]);
      await promisify(execFile)('cert-to-efi-sig-list', [`${key}.pem`, `${key}.esl`]);
      await promisify(execFile)('flash-var', [file, 'db', `${key}.esl`]);
    });
    await until('mismatch', 'Secure Boot keys');
    await readOnly();
    mend = () => writeFileSync(file, original);
  });

  it('opens it again once everything is as it was', async () => {
    await tamper(() => {});
    await until('trusted');
    assert.equal(await modbus(ROBOT, WRITE, 5), WRITE);
  });

  it('closes it by a rule that forbids the kernel that runs, names the rule, and opens it without that', async () => {
    const [last] = await agent.attestation.history('vm.robot', 1);
    const { evidence } = parseRecord(last?.text ?? '');
    const { events } = parseEventLog(Buffer.from(evidence.log ?? '', 'base64'));
    const kernel = events.find(event => event.pcr === 4 && measuredBy(event).component === 'kernel');
    const digests = [kernel?.digests.sha256?.toString('hex') ?? assert.fail('the kernel is in the log')];
    await apply(design(undefined, [{ id: 'revoked', action: 'forbid', pcr: 4, component: 'kernel', digests }]));
    await until('mismatch', 'kernel');
    assert.match(standing()?.findings[0]?.message ?? '', /forbidden by rule revoked \(PCR 4\)\.$/);
    assert.equal(await modbus(ROBOT, WRITE, 2), REFUSED);
    await apply(design());
    await until('trusted');
  });

  it('alarms nobody of an image that was planned', async () => {
    cpSync(store(''), join(images.directory, 'next-linux'), { recursive: true });
    const initrd = join(images.directory, 'next-linux/initrd.img');
    writeFileSync(initrd, Buffer.concat([readFileSync(initrd), Buffer.alloc(4)]));
    const before = heard.length;
    const proven = standing()?.proven?.record ?? 0;
    await apply(design('next-linux'));
    for (let look = 0; look < 1800 && (standing()?.proven?.record ?? 0) <= proven; look += 1) await pause(100);
    assert.equal(await modbus(ROBOT, WRITE, 5), WRITE);
    const later = heard.slice(before).flatMap(standings => standings.map(({ state }) => state));
    assert.equal(later.includes('mismatch'), false, later.join(' '));
    // The image before it is not allowed any more once the new one was proven.
    const xml = await daemon.virsh('dumpxml', '--inactive', 'gw.cell-7.robot');
    const changed = join(folder, 'before.xml');
    writeFileSync(changed, xml.replaceAll('/next-linux/', '/tiny-linux/'));
    await tamper(() => daemon.virsh('define', changed));
    await until('mismatch', 'initrd');
    await readOnly();
  });

  it('keeps all of it, to be followed again', async () => {
    const records = await agent.attestation.history('vm.robot', 1000);
    const verdicts = new Set(records.map(({ text }) => JSON.parse(text).verdict));
    assert.ok(verdicts.has('trusted') && verdicts.has('mismatch'));
    const [last, before] = records;
    assert.ok(last !== undefined && before !== undefined);
    assert.deepEqual(review(last, before).doubts, []);
  });
});
