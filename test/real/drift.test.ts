// Drift both ways on a real box, by commands: what somebody changed with the tools of libvirt and nft is taken over into the
// drawing, let stand, or restored by itself. Emulated processor, real kernel.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { deviceName } from '../../runtime/host/linux/device-name.ts';
import { type Home, openHome } from '../cli/command.ts';
import { documentOf } from '../cli/document.ts';
import { BASE, config, draw, lan, rule, type SketchNode, vm } from '../compile/sketch.ts';
import { type AgentProcess, startAgentProcess } from '../lab/agent-process.ts';
import { type ImageStore, imageStore } from '../lab/guest-images.ts';
import { type PrivateLibvirtd, privateLibvirtd } from '../lab/libvirt.ts';
import { type Machine, type NetnsLab, netnsLab } from '../lab/netns.ts';

const DOMAIN = 'gw.g1.robot';
const TABLE = deviceName('gwt', 'policy.g1/t1');

describe('drift of a real box', function () {
  this.timeout(200_000).bail(true);
  let home: Home;
  let lab: NetnsLab;
  let images: ImageStore;
  let gateway: Machine;
  let libvirtd: PrivateLibvirtd;
  let agent: AgentProcess;
  let flow = '';

  before(async () => {
    home = await openHome();
    images = imageStore('tiny-linux');
    lab = netnsLab();
    gateway = await lab.machine('g1');
    const plant = await lab.machine('plant');
    for (const card of ['eno1', 'eno2', 'eno3']) await lab.cable(gateway, card, plant, card);
    libvirtd = await privateLibvirtd(gateway);
    const settings = { gateway: 'g1', libvirtSocket: libvirtd.socket, imageDirectory: images.directory };
    agent = await startAgentProcess(gateway, settings);
    const nics = [{ name: 'eth0', mac: '02:00:00:00:00:01', address: '10.0.0.11' }];
    flow = await home.file('flow.json', [
      ...BASE.filter(({ id }) => id !== 'g1'),
      config('gateway', 'g1', { backend: 'linux', agentSocket: agent.socket }),
      vm('robot', 'g1', 't1', 'lan', { image: 'tiny-linux', memoryMiB: 128, tpm: 'off', nics }),
      lan(['guard']),
      draw('firewall', 'guard', { version: 2, rules: [rule('plc', { ports: '502-503' })] }, [['router']]),
    ]);
    await said(0, 'apply', flow, '--yes');
  });
  after(async () => {
    await agent?.close();
    await libvirtd?.close();
    await lab?.close();
    images?.close();
    await home?.remove();
  });

  /** Runs a command that has to end so, and gives what it said. */
  async function said(code: number, ...args: readonly string[]): Promise<string> {
    const ended = await home.run(args);
    assert.equal(ended.code, code, ended.stdout + ended.stderr);
    return ended.stdout + ended.stderr;
  }
  const drifted = async () => {
    const { drifted: fields } = documentOf(await home.run(['drift', flow, '--json']), 'drift');
    return fields.map(({ address, field, words }) => `${address}:${field} is ${words.is}, applied ${words.applied}`);
  };
  const drawn = async (name: string): Promise<SketchNode> => {
    const nodes: readonly SketchNode[] = JSON.parse(await readFile(flow, 'utf8'));
    return nodes.find(node => node.name === name) ?? assert.fail(`${name} is not drawn`);
  };
  /** As somebody does who gives a VM more of its box in a hurry. */
  async function grow(memoryMiB: number, vcpus: number): Promise<void> {
    await libvirtd.virsh('destroy', DOMAIN);
    for (const command of ['setmaxmem', 'setmem']) await libvirtd.virsh(command, DOMAIN, `${memoryMiB}M`, '--config');
    for (const maximum of [['--maximum'], []])
      await libvirtd.virsh('setvcpus', DOMAIN, `${vcpus}`, '--config', ...maximum);
    await libvirtd.virsh('start', DOMAIN);
  }
  const runningId = async () => (await libvirtd.virsh('domid', DOMAIN)).trim();

  it('is shown field by field, as virsh changed it', async () => {
    await grow(192, 2);
    assert.deepEqual(await drifted(), [
      'vm.g1/robot:memoryMiB is 192, applied 128',
      'vm.g1/robot:vcpus is 2, applied 1',
    ]);
  });

  it('is taken over into the drawing, after which no plan would touch that VM for it', async () => {
    const words = await said(0, 'drift', flow, '--adopt', 'vm.g1/robot:memoryMiB');
    assert.equal(words, `${flow}: memoryMiB of robot: 128 → 192.\n`);
    assert.equal((await drawn('robot')).memoryMiB, 192);
    assert.deepEqual(await drifted(), ['vm.g1/robot:vcpus is 2, applied 1']);
  });

  it('is let stand until a date, and then an apply leaves the VM running as it is', async () => {
    const decided = ['--except', 'vm.g1/robot:vcpus', '--until', '8h', '--reason', 'the vendor tries two'];
    await said(0, 'drift', flow, ...decided);
    const before = await runningId();
    await said(0, 'apply', flow, '--yes');
    assert.equal(await runningId(), before);
    assert.match(await libvirtd.virsh('vcpucount', DOMAIN, '--live', '--active'), /^2\s*$/);
    await said(0, 'drift', flow, '--end', 'vm.g1/robot:vcpus');
  });

  it('is one field of one rule when somebody changes a rule in the kernel, and can be drawn', async () => {
    await swapPorts('502-503', '502-510');
    const [ports] = (await drifted()).filter(line => line.startsWith('policy.'));
    const place = `${ports?.split(' is ')[0]}`;
    assert.match(String(ports), /rules\[plc\]\.ports\[0\] is 502-510, applied 502-503$/);
    await said(0, 'drift', flow, '--adopt', place);
    assert.deepEqual(
      ((await drawn('guard')).rules as readonly { id: string; ports: string }[]).map(({ id, ports }) => [id, ports]),
      [['plc', '502-510']],
    );
  });

  it('cannot be drawn when it is a rule that nobody drew, and is taken away by itself, while all else stays as it is', async () => {
    await gateway.run('nft', 'insert', 'rule', 'inet', TABLE, 'gw_forward', 'tcp', 'dport', '22', 'accept');
    const [foreign] = (await drifted()).filter(line => line.includes('foreign'));
    const place = `${foreign?.split(' is ')[0]}`;
    assert.match(await said(1, 'drift', flow, '--adopt', place), /Draw|restore/);
    const before = await runningId();
    await said(0, 'drift', flow, '--restore', place, '--yes');
    assert.doesNotMatch(await gateway.run('nft', 'list', 'table', 'inet', TABLE), /dport 22 accept/);
    assert.equal(await runningId(), before, 'the VM ran on');
    assert.deepEqual(await drifted(), ['vm.g1/robot:vcpus is 2, applied 1']);
  });

  it('is restored with a restart where it has to be, and the rest that was taken over stays', async () => {
    await said(0, 'drift', flow, '--restore', 'vm.g1/robot:vcpus', '--yes');
    assert.match(await libvirtd.virsh('vcpucount', DOMAIN, '--live', '--active'), /^1\s*$/);
    assert.match(await libvirtd.virsh('dumpxml', DOMAIN), /<memory unit='KiB'>196608<\/memory>/);
    assert.match(await gateway.run('nft', 'list', 'table', 'inet', TABLE), / 502-510 /);
    assert.deepEqual(await drifted(), []);
  });

  /** With everything that says whose rule it is kept as it was. */
  async function swapPorts(from: string, to: string): Promise<void> {
    const set = 'gw_s0_to_0';
    const element = (ports: string) => `{ 0.0.0.0/0 . 0.0.0.0/0 . ${ports} counter comment "0 plc -.-.0" }`;
    await gateway.run(
      'nft',
      `delete element inet ${TABLE} ${set} ${element(from)}; add element inet ${TABLE} ${set} ${element(to)}`,
    );
  }
});
