// A gateway in the outer machine: libvirtd, and the agent as users run it. Its program is one file, which is read through two file
// systems in a fraction of the time that hundreds take.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { connectAgent } from '../../../runtime/agent/client.ts';
import type { Agent } from '../../../runtime/model/agent.ts';
import type { GatewayDesign } from '../../../runtime/model/design.ts';
import type { AgentEvent } from '../../../runtime/model/events.ts';
import { type OuterMachine, openOuterMachine } from './machine.ts';
import { installWitness } from './witness.ts';

const CLI = fileURLToPath(new URL('../../../runtime/cli.ts', import.meta.url));
/** Below the packages that are not bundled, so that they are found. */
const PROGRAM = fileURLToPath(new URL('../../../.cache/outer/cli.mjs', import.meta.url));
const START = fileURLToPath(new URL('start.sh', import.meta.url));
const PLACE = '/run/gateway';
const SOCKET = `${PLACE}/agent.sock`;

export interface OuterGateway {
  readonly machine: OuterMachine;
  /** Plans and applies as a user does; resolves with the ids of the steps. */
  apply(design: GatewayDesign): Promise<readonly string[]>;
  /** Asks the agent, which may be another process than before. */
  ask<T>(question: (agent: Agent) => Promise<T>): Promise<T>;
  startAgent(): Promise<void>;
  /** Everything the guest of a VM has said. */
  said(vm: string): Promise<string>;
  close(): Promise<void>;
}

/** @param devices  arguments of QEMU for the devices to give away */
export async function openOuterGateway(name: string, devices: readonly string[]): Promise<OuterGateway> {
  const machine = await openOuterMachine(devices, SOCKET);
  try {
    const lab = machine.folder;
    mkdirSync(join(lab, 'images'));
    installWitness(join(lab, 'images'));
    copyFileSync(START, join(lab, 'start.sh'));
    await bundle(PROGRAM);
    await machine.run(`bash ${lab}/start.sh && mkdir -p ${PLACE}`);
    const words = `--gateway ${name} --backend linux --socket ${SOCKET} --state ${PLACE}/state`;
    const start = `${process.execPath} ${PROGRAM} agent ${words} --image-directory ${lab}/images`;
    const startAgent = async () => {
      await machine.until('virsh list');
      // Its end is written down too, so that nobody waits for what has ended.
      const process = `${start} >${PLACE}/log 2>&1; echo ended >>${PLACE}/log`;
      await machine.run(`rm -f ${SOCKET} ${PLACE}/log; setsid -f bash -c "${process}" </dev/null >/dev/null 2>&1`);
      const said = await machine.until(`grep -E "listens on|^ended" ${PLACE}/log >/dev/null && cat ${PLACE}/log`);
      if (!said.includes('listens on')) throw new Error(`the agent in the outer machine did not start: ${said}`);
    };
    const ask = async <T>(question: (agent: Agent) => Promise<T>) => {
      const agent = await connectAgent(machine.door);
      try {
        return await question(agent);
      } finally {
        await agent.close();
      }
    };
    await startAgent();
    return {
      ...{ machine, ask, startAgent },
      apply: design => ask(agent => apply(agent, design)),
      said: vm =>
        machine.run(`virsh domid gw.${name}.${vm} >/dev/null && find ${PLACE}/state -name "*.log" -exec cat {} +`),
      close: () => machine.close(),
    };
  } catch (error) {
    await machine.close();
    throw error;
  }
}

async function bundle(outfile: string): Promise<void> {
  const require = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  const kind = { bundle: true, platform: 'node', format: 'esm' } as const;
  await build({
    entryPoints: [CLI],
    outfile,
    ...kind,
    external: ['koffi', 'serialport'],
    banner: { js: require },
    logLevel: 'error',
  });
}

async function apply(agent: Agent, design: GatewayDesign): Promise<readonly string[]> {
  const { hash, steps } = await agent.plan(design);
  const failed: AgentEvent[] = [];
  const note = (event: AgentEvent) => event.type === 'step-failed' && failed.push(event);
  const { outcome, message } = await agent.apply({ design, planHash: hash, onFailure: 'stop' }, note);
  assert.equal(outcome, 'applied', `${message} ${JSON.stringify(failed)}`);
  return steps.map(step => step.id);
}
