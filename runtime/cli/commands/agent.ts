// `gatewright agent`: runs the agent of one gateway on this box until it is told to stop.
import { join } from 'node:path';
import { runAgent } from '../../agent/start.ts';
import { DRIVER_SETS } from '../../drivers/catalog.ts';
import { localHost } from '../../host/local.ts';
import { NAME_PATTERN } from '../../model/address.ts';
import { Backend } from '../../model/gateway.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

export interface AgentOption {
  readonly gateway: string;
  readonly backend: string;
  readonly socket?: string;
  readonly group?: string;
  readonly state?: string;
  readonly libvirtSocket: string;
  readonly imageDirectory: string;
}

/** @param version  of Gatewright, told to whoever connects */
export async function agent(terminal: Terminal, version: string, option: AgentOption): Promise<ExitCode> {
  const { gateway, libvirtSocket, imageDirectory } = option;
  if (!NAME_PATTERN.test(gateway))
    throw new UsageError(`${gateway} is not the name of a gateway; use lower-case letters, digits and hyphens`);
  const backend = Backend.safeParse(option.backend);
  if (!backend.success) throw new UsageError(`there is no back end ${option.backend}; choose linux or simulated`);
  const socketPath = option.socket ?? `/run/gatewright/${gateway}.sock`;
  const options = {
    gateway,
    backend: backend.data,
    driverSets: DRIVER_SETS,
    host: localHost,
    stateDirectory: option.state ?? join('/var/lib/gatewright', gateway),
    settings: { libvirtSocket, imageDirectory },
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
