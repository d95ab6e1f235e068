// `gatewright observe`: what the gateways of this machine have of ours, read from the real systems.
import { CODES, type Code } from '../../model/codes.ts';
import { isGatewrightError } from '../../model/errors.ts';
import type { BackendLabel, GatewaySpec } from '../../model/gateway.ts';
import type { Observed } from '../../model/observed.ts';
import type { CliContext, GatewayOption } from '../context.ts';
import { counted } from '../counted.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { lineStateText } from '../line-state-text.ts';
import { about, meetAgent } from '../meet-agent.ts';

interface Seen extends Observed {
  readonly label: BackendLabel;
}

/** A gateway that could not be looked at, and why. */
interface Away {
  readonly gateway: string;
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
}

export async function observe(context: CliContext, option: GatewayOption): Promise<ExitCode> {
  const gateways: Seen[] = [];
  const away: Away[] = [];
  for (const spec of choose(await context.known(), option)) {
    try {
      gateways.push(await look(context, spec));
    } catch (error) {
      if (!isGatewrightError(error)) throw error;
      const { code, message } = error;
      away.push({ gateway: spec.name, code, message, remedy: CODES[code]?.remedy ?? '' });
    }
  }
  const ok = away.length === 0;
  context.terminal.result(
    { version: 1, command: 'observe', ok, gateways: gateways as never, away },
    linesOf(gateways, away),
  );
  return ok ? EXIT.ok : EXIT.host;
}

/** @throws UsageError when the wanted gateway is not known here */
function choose(known: readonly GatewaySpec[], { gateway }: GatewayOption): readonly GatewaySpec[] {
  const chosen = known.filter(spec => gateway === undefined || spec.name === gateway);
  if (chosen.length > 0 || gateway === undefined) return chosen;
  const names = [...new Set(known.map(spec => spec.name))].join(', ');
  throw new UsageError(`no gateway ${gateway} is known here; known is ${names || 'none at all'}`);
}

async function look(context: CliContext, spec: GatewaySpec): Promise<Seen> {
  const agent = await meetAgent(spec, context.connect, context.terminal);
  try {
    context.terminal.progress(`${spec.name}: looking at what is there`);
    return await about(spec.name, async () => ({ ...(await agent.observe()), label: (await agent.info()).label }));
  } finally {
    await agent.close();
  }
}

function linesOf(gateways: readonly Seen[], away: readonly Away[]): readonly string[] {
  if (gateways.length + away.length === 0)
    return ['No gateway is known here. Apply a drawing, or start an agent: gatewright agent --gateway NAME.'];
  return [
    ...gateways.flatMap(describe),
    ...away.flatMap(({ message, code, remedy }) => [`${message} [${code}]`, `  ${remedy}`]),
  ];
}

function describe({ gateway, label, generation, resources }: Seen): string[] {
  const all = Object.values(resources).sort((a, b) => (a.address < b.address ? -1 : 1));
  const running = (spec: object) => ('running' in spec ? (spec.running ? '  running' : '  stopped') : '');
  return [
    `${gateway} (${label}), generation ${generation}: ${counted(all.length, 'resource')}`,
    ...all.flatMap(resource => {
      const { state, log } = lineStateText(resource);
      return [`  ${resource.address}${running(resource.spec)}${state}`, ...log.map(entry => `    ${entry}`)];
    }),
  ];
}
