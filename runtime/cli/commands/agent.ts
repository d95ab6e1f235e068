// `gatewright agent`: runs the agent of one gateway on this box until it is told to stop.
import { resolve } from 'node:path';
import { sharedBoxOf } from '../../agent/claims/shared-box.ts';
import { runAgent } from '../../agent/start.ts';
import { DRIVER_SETS } from '../../drivers/catalog.ts';
import { localHost } from '../../host/local.ts';
import { type Backend, HypervisorChoice } from '../../model/gateway.ts';
import { listed } from '../../model/plain-text.ts';
import { agentSocketOf, socketIn } from '../../platform/connect-agent.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { checkedGateway, usualStateFolder } from '../state-folder.ts';
import type { Terminal } from '../terminal.ts';

export interface AgentOption {
  readonly gateway: string;
  readonly backend: string;
  readonly socket?: string;
  readonly group?: string;
  readonly state?: string;
  readonly libvirtSocket: string;
  readonly imageDirectory?: string;
  readonly hypervisor?: string;
  readonly tpm?: string;
  readonly tpmMakers?: string;
}

/** Folders of the home that a gateway beside the editor uses, as the editor does. */
export interface HomeFolders {
  /** With one folder per gateway that runs beside the editor. */
  readonly states: string;
  readonly images: string;
  readonly snapshots: string;
}

/**
 * @param version  of Gatewright, told to whoever connects
 */
export async function agent(
  terminal: Terminal,
  version: string,
  home: HomeFolders,
  option: AgentOption,
): Promise<ExitCode> {
  const { libvirtSocket } = option;
  const gateway = checkedGateway(option.gateway);
  const backend = backendNamed(option.backend);
  const { stateDirectory, socketPath } = placesOf(option, backend, home.states);
  const usualImages = backend === 'linux' ? '/var/lib/gatewright/images' : home.images;
  const imageDirectory = resolve(option.imageDirectory ?? usualImages);
  const options = {
    gateway,
    backend,
    driverSets: DRIVER_SETS,
    host: localHost,
    stateDirectory,
    ...sharedBoxOf(backend, stateDirectory),
    settings: {
      ...{ libvirtSocket, imageDirectory, snapshotDirectory: home.snapshots },
      hypervisor: hypervisorNamed(option.hypervisor ?? 'auto'),
      ...tpmSettings(option),
    },
    version,
    socketPath,
    ...(option.group === undefined ? {} : { group: option.group }),
  };
  await runAgent(options, () =>
    terminal.result({ version: 1, command: 'agent', ok: true, gateway, socket: socketPath }, [
      `The agent of ${gateway} listens on ${socketPath}.`,
    ]),
  );
  return EXIT.ok;
}

function backendNamed(name: string): Backend {
  const backends = [...new Set(DRIVER_SETS.map(set => set.backend))].sort();
  const backend = backends.find(known => known === name);
  if (backend === undefined) throw new UsageError(`there is no back end ${name}; choose ${listed(backends, 'or')}`);
  return backend;
}

function hypervisorNamed(name: string): HypervisorChoice {
  const hypervisor = HypervisorChoice.options.find(known => known === name);
  if (hypervisor !== undefined) return hypervisor;
  throw new UsageError(`there is no hypervisor ${name}; choose ${listed(HypervisorChoice.options, 'or')}`);
}

function tpmSettings({ tpm, tpmMakers }: AgentOption): Readonly<Record<string, string>> {
  if (tpm !== undefined && !/^(?:device|swtpm):\//.test(tpm))
    throw new UsageError(`${tpm} names no TPM; give device: or swtpm: and an absolute path`);
  return {
    ...(tpm === undefined ? {} : { tpm }),
    ...(tpmMakers === undefined ? {} : { tpmMakers: resolve(tpmMakers) }),
  };
}

/** Where the others look for it, unless something else is asked for. */
function placesOf(
  option: AgentOption,
  backend: Backend,
  home: string,
): { readonly stateDirectory: string; readonly socketPath: string } {
  const { gateway } = option;
  const beside = backend !== 'linux';
  const stateDirectory = resolve(option.state ?? usualStateFolder(gateway, backend, home));
  const usual = beside ? socketIn(stateDirectory) : agentSocketOf({ name: gateway, backend });
  return { stateDirectory, socketPath: resolve(option.socket ?? usual) };
}
