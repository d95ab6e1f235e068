// The drawing of a vehicle's CAN bus on an embedded gateway: three real guests of three tenants, and a bus that is inside the box.
// Each guest speaks slcan at its serial port by hand, so that what it says and hears is seen byte for byte.
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
import { flowText } from '../../scripts/golden.ts';
import { embeddedSettings } from '../lab/embedded-images.ts';
import { askGuest } from '../lab/guest-shell.ts';

const GATEWAY = 'vehicle-1';
const VMS = ['engine', 'head-unit', 'workshop'] as const;
type Vm = (typeof VMS)[number];

function drawn(): GatewayDesign {
  const nodes: readonly Record<string, unknown>[] = JSON.parse(flowText('connected-vehicle'));
  const flow = nodes.map(node =>
    node.type === 'gatewright-gateway' ? { ...node, backend: 'embedded', hypervisor: 'v86' } : node,
  );
  const { design, diagnostics } = compile(flow, NODE_TYPES);
  assert.deepEqual(diagnostics, []);
  return designFor(design, GATEWAY) ?? assert.fail();
}

/** A frame of 11 bits with 8 bytes, as slcan writes it. */
const frame = (id: string, data: string) => `t${id}8${data.padEnd(16, '0')}`;

describe('the CAN bus of a vehicle, on an embedded gateway', function () {
  this.timeout(400_000).bail(true);
  let folder = '';
  let agent: LocalAgent;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-vehicle-'));
    agent = await createAgent({
      ...{ gateway: GATEWAY, backend: 'embedded', driverSets: DRIVER_SETS, version: 'test' },
      ...{ host: { ...localHost, cables: createCables() }, stateDirectory: folder },
      settings: { ...(await embeddedSettings()), hypervisor: 'v86' },
    });
  });
  after(async () => {
    await agent?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (vm: Vm, command: string) => askGuest(agent, `vm.${GATEWAY}/${vm}`, command);
  const say = (vm: Vm, ...frames: readonly string[]) =>
    ask(vm, `printf '${frames.map(one => `${one}\\r`).join('')}' >&3`);
  /** Waits until a guest has heard a frame. @returns all that it has heard so far */
  async function heard(vm: Vm, last: string): Promise<readonly string[]> {
    const said = await ask(vm, `until grep -q ${last} /tmp/heard; do :; done; cat /tmp/heard`);
    // Between frames stand the answers of the adapter that the guest believes in.
    return said.match(/t[0-9A-F]{20}/g) ?? [];
  }

  it('is applied, and every guest opens its channel', async () => {
    const design = drawn();
    const { hash } = await agent.plan(design);
    const result = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
    assert.equal(result.outcome, 'applied', result.message);
    for (const vm of VMS) {
      await ask(vm, 'stty raw -echo -F /dev/ttyS1; exec 3<>/dev/ttyS1; (cat <&3 >/tmp/heard &)');
      await say(vm, 'S6', 'O');
    }
    assert.deepEqual((await agent.drift())?.steps, []);
  });

  const FAN = frame('2A0', '05');
  const SPEED = frame('0C9', '1388');
  const OIL = frame('1F5', '60');
  const READ = frame('7DF', '02010C');
  const CLEAR = frame('7DF', '0104');
  const ANSWER = frame('7E8', '04410C1AF8');

  it('lets the head unit set the fan, and neither pretend a speed nor ask the control units', async () => {
    await say('head-unit', SPEED, READ, OIL, FAN);
    assert.deepEqual(await heard('engine', FAN), [FAN]);
  });

  it('lets the workshop read, and not clear the faults', async () => {
    await say('workshop', CLEAR, READ);
    assert.deepEqual(await heard('engine', READ), [FAN, READ]);
  });

  it('gives to each only what it may hear', async () => {
    await say('engine', OIL, ANSWER, SPEED);
    assert.deepEqual(await heard('head-unit', SPEED), [SPEED]);
    assert.deepEqual(await heard('workshop', ANSWER), [ANSWER]);
  });

  it('counts what each rule decided, and tells what was dropped by a rule that logs', async () => {
    const { status } = (await agent.observe()).resources[`line.${GATEWAY}/drive`] ?? assert.fail();
    const counted = JSON.stringify(status);
    assert.match(counted, /"id":"climate","hits":1/);
    assert.match(counted, /"id":"read-now","hits":1/);
    assert.match(counted, /"id":"other-requests","hits":1/);
    assert.match(counted, /"rule":"other-requests","passed":false/);
  });

  it('leaves nothing when it is destroyed', async () => {
    const design = { ...drawn(), resources: {} };
    const { hash } = await agent.plan(design);
    await agent.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
    assert.deepEqual((await agent.observe()).resources, {});
  });
});
