// Devices that one VM owns, for real: in an outer machine with an emulated IOMMU, PCI devices go from the drivers of its kernel to
// the guest of a VM and back, by the agent as users run it.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { designFor, emptyDesign, type GatewayDesign } from '../../runtime/model/design.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import type { DeviceSpec } from '../../runtime/model/kinds/device.ts';
import { config, draw, tab, vm } from '../compile/sketch.ts';
import { type OuterGateway, openOuterGateway } from '../lab/outer/gateway.ts';

const NIC = '0000:00:02.0';
const SERIAL_CARD = '0000:00:03.0';
const CHIPSET = ['0000:00:1f.0', '0000:00:1f.2', '0000:00:1f.3'];
const DEVICES = [
  ...['-netdev', 'user,id=field,restrict=on', '-device', 'e1000e,netdev=field,addr=0x2,romfile='],
  ...['-chardev', 'null,id=meter', '-device', 'pci-serial,chardev=meter,addr=0x3'],
  ...['-device', 'qemu-xhci,id=usb,addr=0x4', '-chardev', 'null,id=stick'],
  ...['-device', 'usb-serial,bus=usb.0,port=1,id=stick,chardev=stick,always-plugged=on'],
];
const SIGHT = {
  nic: /pci \w\w:00 8086:10d3/,
  card: /pci \w\w:00 1b36:0002/,
  gone: /pci \w\w:00 ffff:ffff/,
  stick: /usb 0*[1-9a-f]/,
};

/** One VM, and a bus for each of these devices of the box. */
function design(devices: Readonly<Record<string, string>>): GatewayDesign {
  const buses = Object.entries(devices).map(([name, device]) =>
    draw('bus', name, { version: 2, gateway: 'outer', mode: 'passthrough', device }, [['robot']]),
  );
  const robot = vm('robot', 'outer', 't1', [], { nics: [], image: 'witness', memoryMiB: 64, tpm: 'off' });
  const flow = [tab, config('gateway', 'outer', { backend: 'linux' }), config('tenant', 't1'), robot, ...buses];
  const compiled = compile(flow, NODE_TYPES);
  const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, []);
  return designFor(compiled.design, 'outer') ?? assert.fail('the design has no gateway');
}

const ALL = { nic: NIC, card: SERIAL_CARD, stick: '1-1 0403:6001' };

describe('devices of the box that one VM owns', function () {
  this.timeout(400_000);
  let gateway: OuterGateway;

  before(async () => {
    gateway = await openOuterGateway('outer', DEVICES);
  });
  after(() => gateway?.close());

  const driverOf = async (address: string) => {
    const { output } = await gateway.machine.attempt(`readlink /sys/bus/pci/devices/${address}/driver`);
    return output.split('/').at(-1);
  };
  const seen = async (what: RegExp, after = 0) => {
    for (let said = ''; !what.test(said.slice(after)); said = await gateway.said('robot'));
  };
  const heard = async () => (await gateway.said('robot')).length;
  const isPlugged = async (name: string) => {
    const { resources } = await gateway.ask(agent => agent.observe());
    return (resources[`device.outer/${name}`]?.spec as Partial<DeviceSpec> | undefined)?.plugged;
  };

  it('are refused as a whole group, all of whose members are named, and nothing is taken from the host', async () => {
    const before = await Promise.all(CHIPSET.map(driverOf));
    const failure: unknown = await gateway.apply(design({ disk: CHIPSET[1] ?? '' })).then(
      () => assert.fail('it should have been refused'),
      cause => cause,
    );
    const text = isGatewrightError(failure) ? failure.message : String(failure);
    for (const one of CHIPSET) assert.ok(text.includes(one), `${one} is not named in: ${text}`);
    assert.deepEqual(await Promise.all(CHIPSET.map(driverOf)), before);
  });

  it('go from the drivers of the host to the guest that runs, by PCI and by USB port', async () => {
    const before = await Promise.all([NIC, SERIAL_CARD].map(driverOf));
    assert.deepEqual(before, ['e1000e', 'serial']);
    const steps = await gateway.apply(design(ALL));
    assert.deepEqual([...steps].sort(), [
      'create device.outer/card',
      'create device.outer/nic',
      'create device.outer/stick',
      'create vm.outer/robot',
    ]);
    assert.deepEqual(await Promise.all([NIC, SERIAL_CARD].map(driverOf)), ['vfio-pci', 'vfio-pci']);
    for (const what of [SIGHT.nic, SIGHT.card, SIGHT.stick]) await seen(what);
    assert.deepEqual((await gateway.ask(agent => agent.plan(design(ALL)))).steps, []);
  });

  it('show as drift when they are unplugged, and are given again when they are back, while the VM runs on', async () => {
    const id = await gateway.machine.run('virsh domid gw.outer.robot');
    await gateway.machine.monitor('device_del stick');
    await gateway.machine.until('[ ! -e /sys/bus/usb/devices/1-1 ]');
    assert.equal(await isPlugged('stick'), false);
    const drift = await gateway.ask(agent => agent.drift());
    assert.deepEqual(
      drift?.steps.map(step => step.id),
      ['update device.outer/stick'],
    );
    await gateway.machine.monitor('device_add usb-serial,bus=usb.0,port=1,id=again,chardev=stick,always-plugged=on');
    await gateway.machine.until('[ -e /sys/bus/usb/devices/1-1/devnum ]');
    const before = await heard();
    assert.deepEqual(await gateway.apply(design(ALL)), ['update device.outer/stick']);
    assert.equal(await isPlugged('stick'), true);
    await seen(SIGHT.stick, before);
    assert.equal(await gateway.machine.run('virsh domid gw.outer.robot'), id);
  });

  it('go back to the drivers of the host when the guest has let go', async () => {
    const before = await heard();
    const { nic: _nic, ...others } = ALL;
    assert.deepEqual(await gateway.apply(design(others)), ['remove device.outer/nic']);
    await seen(SIGHT.gone, before);
    assert.deepEqual(await Promise.all([NIC, SERIAL_CARD].map(driverOf)), ['e1000e', 'vfio-pci']);
  });

  it('are whole again after agent and libvirtd were killed between one driver and the other', async () => {
    const pids = await gateway.machine.run('pidof libvirtd; pgrep -f "[c]li.mjs agent"');
    const driver = `/sys/bus/pci/devices/${NIC}/driver`;
    const kill = `while [ "$(readlink ${driver})" = "$before" ]; do :; done; kill -9 ${pids.split(/\s+/).join(' ')}`;
    await gateway.machine.run(`before=$(readlink ${driver}); (${kill}) </dev/null >/dev/null 2>&1 &`);
    await assert.rejects(gateway.apply(design(ALL)));
    await gateway.machine.run('libvirtd -d');
    await gateway.startAgent();
    // It goes on by itself with what was cut off.
    while ((await gateway.ask(agent => agent.info())).busy !== 'idle');
    await gateway.apply(design(ALL));
    assert.equal(await driverOf(NIC), 'vfio-pci');
    assert.equal(await isPlugged('nic'), true);
  });

  it('are all back when everything is taken down', async () => {
    await gateway.apply(emptyDesign(design({}).gateway));
    assert.deepEqual(await Promise.all([NIC, SERIAL_CARD].map(driverOf)), ['e1000e', 'serial']);
    assert.equal(await gateway.machine.run('virsh list --all --name'), '');
  });
});
