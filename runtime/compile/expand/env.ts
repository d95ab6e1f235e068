// Variables of a flow: `${NAME}` as a whole value, looked up from the inside out (group, tab or subflow, …, global), as
// Node-RED does it. Pure: the variables of the process are not part of a drawing.
import { isRecord, listOf } from '../flow-node.ts';

export type EnvFault = 'unknown' | 'unusable' | 'loop';
export type EnvResult = { readonly value: unknown } | { readonly fault: EnvFault };

interface Entry {
  readonly type: string;
  readonly value: unknown;
}

const MOST_STEPS = 64;
const PARENT = '$parent.';

/** Reads `${NAME}` and the older `$(NAME)`; `undefined` when the text is anything else. */
export function variableIn(text: string): string | undefined {
  if (text[0] !== '$') return undefined;
  return (/^\$\{(\S+)\}$/.exec(text) ?? /^\$\((\S+)\)$/.exec(text))?.[1];
}

/** Variables of one level; levels are chained. */
export class EnvScope {
  readonly #entries = new Map<string, Entry>();
  readonly #parent: EnvScope | undefined;

  /**
   * @param lists   entries as Node-RED stores them, `{name, type, value}`; later lists win (template, then instance)
   * @param builtIn  names that Node-RED defines itself, such as NR_FLOW_NAME
   */
  constructor(lists: readonly unknown[], parent?: EnvScope, builtIn: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(builtIn)) this.#entries.set(name, { type: 'str', value });
    for (const entry of lists.flatMap(listOf)) this.#add(entry);
    this.#parent = parent;
  }

  /** Value of a variable. */
  find(name: string, steps = 0): EnvResult {
    if (steps > MOST_STEPS) return { fault: 'loop' };
    if (name.startsWith(PARENT)) return this.#above(name.slice(PARENT.length), steps);
    const entry = this.#entries.get(name);
    return entry === undefined ? this.#above(name, steps) : this.#evaluate(name, entry, steps);
  }

  #add(entry: unknown): void {
    if (!isRecord(entry) || typeof entry.name !== 'string') return;
    const type = typeof entry.type === 'string' ? entry.type : 'str';
    this.#entries.set(entry.name, { type, value: entry.value });
  }

  #above(name: string, steps: number): EnvResult {
    // WHY a loop: levels can be nested thousands deep, and each call would take stack.
    for (let scope = this.#parent; scope !== undefined; scope = scope.#parent) {
      const entry = scope.#entries.get(name);
      if (entry !== undefined) return scope.#evaluate(name, entry, steps + 1);
    }
    return { fault: 'unknown' };
  }

  #evaluate(name: string, { type, value }: Entry, steps: number): EnvResult {
    if (type === 'env') return typeof value === 'string' ? this.#refer(name, value, steps) : { fault: 'unusable' };
    const variable = typeof value === 'string' ? variableIn(value) : undefined;
    if (variable !== undefined && variable !== name) return this.find(variable, steps + 1);
    return evaluatePlain(type, value);
  }

  /** A variable that refers to itself means the one of the level above. */
  #refer(name: string, text: string, steps: number): EnvResult {
    const target = variableIn(text) ?? text;
    return target === name ? this.#above(name, steps + 1) : this.find(target, steps + 1);
  }
}

function evaluatePlain(type: string, value: unknown): EnvResult {
  switch (type) {
    case 'num':
      return evaluateNumber(value);
    case 'bool':
      return { value: value === true || value === 'true' };
    case 'json':
      return parseJsonValue(value);
    // Their values are not in the flow file: secrets, code, bytes.
    case 'cred':
    case 'jsonata':
    case 'bin':
      return { fault: 'unusable' };
    default:
      return { value };
  }
}

/** WHY no conversion of objects: `{"toString": 1}` would throw. */
function evaluateNumber(value: unknown): EnvResult {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? { value: number } : { fault: 'unusable' };
}

function parseJsonValue(value: unknown): EnvResult {
  if (typeof value !== 'string') return { value };
  try {
    return { value: JSON.parse(value) as unknown };
  } catch {
    return { fault: 'unusable' };
  }
}
