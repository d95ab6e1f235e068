// Reads a flow file from disk or standard input, bounded, and compiles it. Knows nothing of gateways.
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { type Compiled, compile } from '../compile/compile.ts';
import { type OpenedFlow, openFlow } from '../convert/open-flow.ts';
import { readBounded, type Wanted } from './bounded-file.ts';

/** More bytes than any text of 5 MB characters has. The compiler counts exactly; this keeps an endless input away. */
const LIMIT_BYTES = 16 * 1024 * 1024;
const FLOW: Wanted = { file: 'a file with flow JSON', inFolder: 'the flow file', limitBytes: LIMIT_BYTES };

/**
 * The text of a flow file; `undefined` when there is more of it than any flow has.
 * @param path  file with flow JSON; `-` reads standard input
 * @throws UsageError when it cannot be read
 */
export function flowText(path: string): Promise<string | undefined> {
  return readBounded(path, FLOW);
}

/** @param path  as for {@link flowText} @throws UsageError when it cannot be read */
export async function compileFile(path: string): Promise<Compiled> {
  const text = await flowText(path);
  return text === undefined ? tooLarge() : compile(text, NODE_TYPES);
}

/**
 * The nodes of a flow file, to be written again.
 * @param path  as for {@link flowText}
 * @throws UsageError when it cannot be read
 */
export async function openFile(path: string): Promise<OpenedFlow> {
  const text = await flowText(path);
  return text === undefined ? { nodes: [], diagnostics: tooLarge().diagnostics } : openFlow(text);
}

function tooLarge(): Compiled {
  const { design } = compile([], NODE_TYPES);
  const summary = `The flow file has more than ${LIMIT_BYTES >> 20} MB; the most is 5 MB.`;
  const finding = { severity: 'error', code: 'GW_FLOW_TOO_LARGE', summary, source: { node: '' } } as const;
  return { design, diagnostics: [{ ...finding, remedy: 'Split it into several flows.' }] };
}
