// The drawing of pumps that wait for a proof, on an embedded gateway: real guests, a real serial port of the host (a pseudo terminal)
// with drives on it, and an emulated TPM as that of the box.
import assert from 'node:assert/strict';
import type { LocalAgent } from '../../runtime/agent/agent.ts';
import { MemoryDevice } from '../../runtime/protocols/modbus/server/memory-device.ts';
import { openTpm, type TestTpm } from '../attest/tpm.ts';
import { until } from '../contract/driver-case.ts';
import { busFigures, untilBusFindsGuests } from '../lab/bus.ts';
import { type EmbeddedAgent, embeddedDesign, openEmbeddedAgent, withDevice } from '../lab/embedded-agent.ts';
import { type FieldDevices, openFieldDevices } from '../lab/field-devices.ts';
import { masterAnswer, masterCommand } from '../lab/guest-master.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'pumps-1';
const LINE = `line.${GATEWAY}/drives`;
const DRIVE = 1;
const SPEED = 40;
type Vm = 'control' | 'reporter';

/** The drawing with the port of the drives, and a box that is asked more often than one waits for in a test. */
const drawn = (device: string) =>
  embeddedDesign('pump-station', GATEWAY, node => {
    if (node.type === 'gatewright-attest') return { ...node, intervalSeconds: 5 };
    return node.type === 'gatewright-hardware' ? withDevice(node, 'com1', device) : node;
  });

describe('pumps that wait for a proof, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let embedded: EmbeddedAgent;
  let agent: LocalAgent;
  let devices: FieldDevices;
  let tpm: TestTpm;
  const drive = new MemoryDevice({ holdingRegisters: 100 });

  before(async () => {
    drive.setRegister('holding-registers', 10, 1_480);
    devices = await openFieldDevices(new Map([[DRIVE, drive]]));
    tpm = await openTpm();
    await tpm.run('tpm2_pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    embedded = await openEmbeddedAgent(GATEWAY, { tpm: `swtpm:${tpm.path('tpm.sock')}` });
    agent = embedded.agent;
  });
  after(async () => {
    await embedded?.close();
    await devices?.close();
    await tpm?.close();
  });

  const modbus = async (vm: Vm, pdu: string, answerBytes: number) =>
    masterAnswer(await askGuest(agent, `vm.${GATEWAY}/${vm}`, masterCommand(DRIVE, pdu, answerBytes)));
  const readSpeed = (vm: Vm) => modbus(vm, '03000a0001', 4);
  const standing = async () => {
    const { gates } = await agent.attestation.status();
    return Object.fromEntries(gates.map(({ gate, state, openMs }) => [gate, openMs > 0 ? state : `${state}, closed`]));
  };

  /** Whether the line holds control up. */
  const held = async () => (await busFigures(agent, LINE)).ends.some(({ heldBy = [] }) => heldBy.length > 0);

  it('is applied, both guests boot, and the bus finds them', async () => {
    await embedded.apply(drawn(devices.port));
    assert.deepEqual((await agent.drift())?.steps, []);
    await untilBusFindsGuests(agent, LINE);
  });

  it('lets control read and not write before the box has proven anything, and the reporter read', async () => {
    assert.deepEqual(await standing(), {
      [`gate.${GATEWAY}/box-boot`]: 'never, closed',
      [`gate.${GATEWAY}/uplink-boot`]: 'never, closed',
    });
    assert.equal(await readSpeed('control'), '030205c8');
    assert.equal(await readSpeed('reporter'), '030205c8');
    assert.equal(await modbus('control', '06002803e8', 2), '8601');
    assert.equal(drive.register('holding-registers', SPEED), 0);
  });

  it('lets control set a speed once somebody has learned what the box runs, and within its bounds', async () => {
    await agent.attestation.enrol('host', await agent.attestation.invite('host', 'ivo'));
    await agent.attestation.learn('host', 'ivo');
    assert.deepEqual(await standing(), {
      [`gate.${GATEWAY}/box-boot`]: 'trusted',
      [`gate.${GATEWAY}/uplink-boot`]: 'trusted',
    });
    await until(async () => !(await held()), 'the line hears of it', 60_000);
    assert.equal(await modbus('control', '06002803e8', 5), '06002803e8');
    assert.equal(drive.register('holding-registers', SPEED), 1_000);
    assert.equal(await modbus('control', '06002805dd', 2), '8602', 'faster than 1500');
  });

  it('takes the writes away again when the box runs something else, and the reporter reads on', async () => {
    await tpm.run('tpm2_pcrextend', `0:sha256=${'cd'.repeat(32)}`);
    await agent.attestation.ask('host');
    assert.equal((await standing())[`gate.${GATEWAY}/box-boot`], 'mismatch, closed');
    await until(held, 'the line hears of it', 60_000);
    assert.equal(await modbus('control', '06002803e7', 2), '8601');
    assert.equal(drive.register('holding-registers', SPEED), 1_000);
    assert.equal(await readSpeed('control'), '030205c8');
    assert.equal(await readSpeed('reporter'), '030205c8');
  });

  it('leaves nothing when it is destroyed', async () => {
    await embedded.apply({ ...drawn(devices.port), resources: {} });
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
