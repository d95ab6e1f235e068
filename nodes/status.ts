// How the state of a drawn thing looks under its node. Never by colour alone: each state has a shape and a word.
import type { NodeState, ResourceState } from '../runtime/platform/platform-port.ts';
import type { RuntimeStatus } from './runtime-api.ts';

/** Node-RED draws a dot or a ring in five colours; the editor plugin draws a finer shape for each of these pairs. */
const LOOK: Readonly<Record<ResourceState, Pick<RuntimeStatus, 'fill' | 'shape'>>> = {
  planned: { fill: 'grey', shape: 'ring' },
  running: { fill: 'green', shape: 'dot' },
  changing: { fill: 'blue', shape: 'ring' },
  drift: { fill: 'yellow', shape: 'ring' },
  blocked: { fill: 'red', shape: 'dot' },
  unknown: { fill: 'grey', shape: 'dot' },
};

export const STATUS_TEXT_MAX = 24;

/** Cuts a text for the line under a node. */
export function statusText(text: string): string {
  return text.length <= STATUS_TEXT_MAX ? text : `${text.slice(0, STATUS_TEXT_MAX - 1)}…`;
}

/** The status of a node that draws something; empty = no line. */
export function statusOf(state: NodeState | undefined): RuntimeStatus {
  if (state === undefined) return {};
  return { ...LOOK[state.state], text: statusText(state.text) };
}
