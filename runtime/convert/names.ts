// Names of drawings out of whatever other packs allow as a name.
import { type FlowNode, textOf } from '../compile/flow-node.ts';

/** Of a name in a drawing. */
const MOST_LETTERS = 32;
/** Room for an ending such as `-guard`. */
const MOST_OF_WORDS = 24;

/** `PLC 1 (main)` → `plc-1-main` */
export function slug(text: string, otherwise: string): string {
  const plain = text
    .toLowerCase()
    .replace(/^(.*?)\/dev\/(?:serial\/by-(?:id|path)\/)?/, '$1')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const short = plain.length > MOST_OF_WORDS ? plain.slice(0, MOST_OF_WORDS).replace(/(?<=.)-[^-]*$/, '') : plain;
  return isName(short) ? short : otherwise;
}

function isName(plain: string): boolean {
  return plain !== '' && plain !== 'constructor' && plain !== 'prototype';
}

/** Gives names away, each once. */
export class FreeNames {
  readonly #taken: Set<string>;
  readonly #most: number;
  readonly #between: string;
  /** The number that is tried next behind a name, so that a thousand of one name are as quick as one. */
  readonly #next = new Map<string, number>();

  /**
   * @param most     letters of a name; of a name in a drawing when it is not said
   * @param between  one character before a number
   */
  constructor(taken: Iterable<string>, most = MOST_LETTERS, between = '-') {
    this.#taken = new Set(taken);
    this.#most = most;
    this.#between = between;
  }

  /** The wanted name, with a number behind it when it is taken. */
  take(wanted: string): string {
    let free = wanted;
    let number = this.#next.get(wanted) ?? 2;
    for (; this.#taken.has(free); number += 1)
      free = `${wanted.slice(0, this.#most - 1 - String(number).length)}${this.#between}${number}`;
    this.#next.set(wanted, number);
    this.#taken.add(free);
    return free;
  }
}

/** Names that nothing of ours in a flow has. */
export function namesBeside(nodes: readonly FlowNode[]): FreeNames {
  const ours = nodes.filter(({ type }) => type.startsWith('gatewright-'));
  return new FreeNames(ours.map(node => textOf(node, 'name') ?? ''));
}
