// `gatewright observe`: what the gateways of this machine have of ours, read from the real systems.
import type { Observed } from '../../model/observed.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

export async function observe(context: CliContext, option: { readonly gateway?: string }): Promise<ExitCode> {
  const known = (await context.known()).filter(spec => option.gateway === undefined || spec.name === option.gateway);
  const gateways: Observed[] = [];
  for (const spec of known) {
    const agent = await context.connect(spec);
    try {
      gateways.push(await agent.observe());
    } finally {
      await agent.close();
    }
  }
  const lines =
    gateways.length === 0
      ? ['No gateway is known here. Apply a drawing, or start an agent: gatewright agent --gateway NAME.']
      : gateways.flatMap(describe);
  context.terminal.result({ version: 1, command: 'observe', ok: true, gateways: gateways as never }, lines);
  return EXIT.ok;
}

function describe(observed: Observed): string[] {
  const resources = Object.values(observed.resources).sort((a, b) => (a.address < b.address ? -1 : 1));
  const rows = resources.map(
    resource =>
      `  ${resource.address}${'running' in resource.spec ? (resource.spec.running ? '  running' : '  stopped') : ''}`,
  );
  return [`${observed.gateway}: generation ${observed.generation}, ${resources.length} resources`, ...rows];
}
