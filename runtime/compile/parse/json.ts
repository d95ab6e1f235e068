// JSON text to a value, with the place of a fault in words a person can look up. Bounded before it is parsed.
import { messageOf } from '../../model/errors.ts';
import type { Findings } from '../findings.ts';

/** 5 MB: about 12,000 drawn nodes as the editor writes them. */
export const MOST_CHARACTERS = 5 * 1024 * 1024;

/** `undefined` when the text is too large or not JSON, which is reported. */
export function parseJson(marked: string, findings: Findings): unknown {
  const text = withoutMark(marked);
  const source = { node: '' };
  if (text.length > MOST_CHARACTERS) {
    const size = Math.ceil(text.length / 1024 / 1024);
    const summary = `The flow file has ${size} MB; the most is ${MOST_CHARACTERS / 1024 / 1024} MB.`;
    findings.add({ code: 'GW_FLOW_TOO_LARGE', source, summary, remedy: 'Split it into several flows.' });
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const summary = `The flow file is not JSON: ${placeOf(text, error)}.`;
    const remedy = 'Export the flow from the editor again, and check that the file was copied completely.';
    findings.add({ code: 'GW_FLOW_NOT_JSON', source, summary, remedy });
    return undefined;
  }
}

/** Some editors put a byte order mark in front. */
function withoutMark(text: string): string {
  return text.startsWith('\u{feff}') ? text.slice(1) : text;
}

function placeOf(text: string, error: unknown): string {
  if (text.trim() === '') return 'it is empty';
  const message = messageOf(error);
  const found = /at position (\d+)/.exec(message);
  const position = found === null ? tokenPosition(text, message) : Number(found[1]);
  if (position >= text.trimEnd().length) return `it ends too early, in line ${lineOf(text, text.length)}`;
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  return `something is wrong in line ${lineOf(text, position)}, column ${position - lineStart + 1}`;
}

/** V8 does not say where an unexpected token is, so the shortest start of the text that has it is searched for. */
function tokenPosition(text: string, message: string): number {
  if (!isTokenFault(message)) return text.length;
  let [sound, faulty] = [0, text.length];
  while (faulty - sound > 1) {
    const middle = (sound + faulty) >> 1;
    if (isTokenFault(faultOf(text.slice(0, middle)))) faulty = middle;
    else sound = middle;
  }
  return sound;
}

function isTokenFault(message: string): boolean {
  return message.startsWith('Unexpected token');
}

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
