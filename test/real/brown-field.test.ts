// The drawing of what was there before, on an embedded gateway: real guests, and a dosing pump on a real serial port of the host (a
// pseudo terminal). What the flow of the other pack did passes, and nothing else.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { DRIVER_SETS } from '../../runtime/drivers/catalog.ts';
import { createCables } from '../../runtime/host/cables.ts';
import { localHost } from '../../runtime/host/local.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { flowText } from '../../scripts/golden.ts';
import { untilBusFindsGuests } from '../lab/bus.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { type FieldDevices, openFieldDevices } from '../lab/field-devices.ts';
import { masterAnswer, masterCommand } from '../lab/guest-master.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'dosing-1';
const LINE = `line.${GATEWAY}/dosing-pumps`;
const PUMP = 1;

function drawn(device: string): GatewayDesign {
  const nodes: readonly Record<string, unknown>[] = JSON.parse(flowText('brown-field'));
  const flow = nodes.map(node => {
    if (node.type === 'gatewright-gateway') return { ...node, backend: 'embedded', hypervisor: 'v86' };
    // As little as in other tests, whose snapshots serve here too.
    if (node.type === 'gatewright-vm') return { ...node, memoryMiB: 128 };
    if (node.type !== 'gatewright-hardware') return node;
    const interfaces = (node.interfaces as { label: string }[]).map(one =>
      one.label === 'com1' ? { ...one, device } : one,
    );
    return { ...node, interfaces };
  });
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(diagnostics, []);
  return designFor(design, GATEWAY) ?? assert.fail();
}

describe('what was there before, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let folder = '';
  let agent: LocalAgent;
  let devices: FieldDevices;
  const pump = new MemoryDevice({ holdingRegisters: 300 });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-brown-'));
    pump.setRegister('holding-registers', 100, 421);
    devices = await openFieldDevices(new Map([[PUMP, pump]]));
    agent = await createAgent({
      ...{ gateway: GATEWAY, backend: 'embedded', driverSets: DRIVER_SETS, version: 'test' },
      ...{ host: { ...localHost, cables: createCables() }, stateDirectory: folder },
      settings: { ...(await embeddedSettings()), hypervisor: 'v86' },
    });
  });
  after(async () => {
    await agent?.close();
    await devices?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(design: GatewayDesign): Promise<void> {
    const { hash } = await agent.plan(design);
    const result = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
    assert.equal(result.outcome, 'applied', result.message);
  }
  const modbus = async (pdu: string, answerBytes: number) =>
    masterAnswer(await askGuest(agent, `vm.${GATEWAY}/dosing`, masterCommand(PUMP, pdu, answerBytes)));

  it('is applied, and the bus finds the guest that shall do the dosing', async () => {
    await apply(drawn(devices.port));
    assert.deepEqual((await agent.drift())?.steps, []);
    await untilBusFindsGuests(agent, LINE);
  });

  it('has the historian at the address and with the card it had', async () => {
    const card = await askGuest(agent, `vm.${GATEWAY}/historian`, 'ip addr show dev eth0');
    assert.match(card, /52:54:00:4d:11:02/);
    assert.match(card, /10\.60\.0\.10\/24/);
  });

  it('lets the guest read and write what the flow did, and nothing else', async () => {
    assert.equal(await modbus('0300640001', 4), '030201a5');
    assert.equal(await modbus('0600c80078', 5), '0600c80078');
    assert.equal(pump.register('holding-registers', 200), 120);
    assert.equal(await modbus('03006c0001', 2), '8301', 'a register behind the eight');
    assert.equal(await modbus('0600c90001', 2), '8601', 'another set point');
    assert.equal(pump.register('holding-registers', 201), 0);
  });

  it('leaves nothing when it is destroyed', async () => {
    await apply({ ...drawn(devices.port), resources: {} });
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
