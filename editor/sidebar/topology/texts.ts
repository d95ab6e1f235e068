// Parts of the topology in words, for the picture, the list and who hears it read out.
import type { TrustState } from '../../../runtime/model/attestation.ts';
import type { Words } from '../../words.ts';
import type { NodeKind, Standing, TopologyLink, TopologyNode } from './graph.ts';

export function standingText(standing: Standing, words: Words): string {
  return words(`topology.standing.${standing}`);
}

export function kindText(kind: NodeKind, words: Words): string {
  return words(`topology.kind.${kind}`);
}

/** @param state  absent while nobody told it */
export function trustText(state: TrustState | undefined, words: Words): string {
  return words(`topology.trust.${state ?? 'unknown'}`);
}

/** How a box stands; of a gateway elsewhere nobody knows it. */
export function stateText({ kind, standing }: Pick<TopologyNode, 'kind' | 'standing'>, words: Words): string {
  return kind === 'peer' ? words('topology.elsewhere') : standingText(standing, words);
}

/** `VM robot-a, running, trusted`. */
export function shortText(node: TopologyNode, words: Words): string {
  const { kind, name, trust, tenant } = node;
  const state = stateText(node, words);
  const more = trust === undefined ? [] : [trustText(trust, words)];
  const whose = tenant === undefined ? [] : [words('topology.of', { tenant })];
  return [`${kindText(kind, words)} ${name}`, state, ...more, ...whose].join(', ');
}

/** `control-guard, gate box-boot (trusted)`; empty for a wire that passes nothing. */
export function passesText({ firewalls, gates }: TopologyLink, words: Words): string {
  const doors = gates.map(({ name, state }) => words('topology.gate', { name, state: trustText(state, words) }));
  return [...firewalls, ...doors].join(', ');
}
