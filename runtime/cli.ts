// The composition root of `gatewright COMMAND`: the command line, and the parts each command is given. Nothing else.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { attestCommands } from './cli/attest-commands.ts';
import { apply, destroy } from './cli/commands/apply.ts';
import { doctor } from './cli/commands/doctor.ts';
import { explainBackend } from './cli/commands/explain-backend.ts';
import { observe } from './cli/commands/observe.ts';
import { plan } from './cli/commands/plan.ts';
import { validate } from './cli/commands/validate.ts';
import type { CliContext } from './cli/context.ts';
import { drawingCommands } from './cli/drawing-commands.ts';
import { driftCommand } from './cli/drift-command.ts';
import { EXIT, type ExitCode } from './cli/exit.ts';
import { report } from './cli/failure.ts';
import { keysCommands } from './cli/keys-commands.ts';
import { knownGateways } from './cli/known-gateways.ts';
import { modbusCommands } from './cli/modbus-commands.ts';
import { rulesCommands } from './cli/rules-commands.ts';
import { type StateOption, stateFolder } from './cli/state-folder.ts';
import { openTerminal } from './cli/terminal.ts';
import { LOCAL_DRIVER_SETS } from './drivers/local-catalog.ts';
import { localHost } from './host/local.ts';
import { factsOf } from './platform/backend-facts.ts';
import { connectToAgent } from './platform/connect-agent.ts';
import { exceptionsFolder, openExceptions } from './platform/exception-store.ts';

const home = resolve(process.env.GATEWRIGHT_HOME ?? join(homedir(), '.gatewright'));
const stateDirectory = join(home, 'gatewright');
const images = join(home, 'images');
const snapshots = join(home, 'snapshots');
const terminal = openTerminal(process, {
  json: process.argv.includes('--json'),
  term: process.env.TERM,
  unwritable(cause) {
    terminal.notice(`gatewright: the result cannot be written (${cause.message}); free some space, or write elsewhere`);
    process.once('exit', () => {
      process.exitCode = EXIT.host;
    });
  },
});

function context(): CliContext {
  const settings = { imageDirectory: images, snapshotDirectory: snapshots };
  const driverSets = LOCAL_DRIVER_SETS;
  const world = { host: localHost, driverSets, stateDirectory, settings, version: packageJson.version, now: Date.now };
  return {
    terminal,
    connect: spec => connectToAgent(spec, world),
    factsOf: spec => factsOf(spec, world),
    exceptions: openExceptions(localHost, exceptionsFolder(stateDirectory)),
    known: () => knownGateways(localHost, stateDirectory),
  };
}

function build(done: (code: ExitCode) => void): Command {
  const program = new Command('gatewright')
    .description('Turns a drawing of an edge gateway into real VMs, switches and firewalls.')
    .version(packageJson.version)
    .option('--json', 'print one JSON document (docs/schema/cli.schema.json) in place of text')
    .exitOverride()
    .configureOutput({ outputError: () => {} }); // told by `report`, as everything that goes wrong
  const command = (signature: string, what: string) =>
    program.command(signature).description(what).option('--json', 'print one JSON document').exitOverride();
  const gateway = ['--gateway <name>', 'only this gateway'] as const;
  command('validate <flow>', 'check a drawing').action(async flow => done(await validate(context(), flow)));
  command('plan <flow>', 'show what would change')
    .option(...gateway)
    .option('--detailed-exitcode', 'exit with 1 when the plan is not empty')
    .option('--explain-backend', 'show what sets the back ends apart for this drawing, in place of a plan')
    .action(async (flow, option) =>
      done(await (option.explainBackend ? explainBackend : plan)(context(), flow, option)),
    );
  command('diff <a> <b>', 'show what sets two drawings apart; exit with 1 when something does').action(async (a, b) => {
    const { diff } = await import('./cli/commands/diff.ts');
    done(await diff(context(), a, b));
  });
  driftCommand(command, context, done);
  for (const [name, run, what] of [
    ['apply', apply, 'plan, ask, and make it so'],
    ['destroy', destroy, 'remove everything of a drawing from its gateways'],
  ] as const)
    command(`${name} <flow>`, what)
      .option(...gateway)
      .option('--yes', 'do not ask')
      .option('--plan <hash>', 'approve exactly this plan of one gateway')
      .option('--on-failure <mode>', 'stop or rollback when a step fails', 'stop')
      .action(async (flow, option) => done(await run(context(), flow, option)));
  command('rollback', 'take a gateway back to what was complete before; asks first')
    .option('--gateway <name>', 'gateway to take back; the only one that is known here, as a rule')
    .option('--socket <path>', 'socket of an agent that listens elsewhere than usual')
    .option('--yes', 'do not ask')
    .action(async option => {
      const { rollback } = await import('./cli/commands/rollback.ts');
      done(await rollback(context(), option));
    });
  command('observe', 'show what the gateways of this machine have of ours')
    .option(...gateway)
    .action(async option => done(await observe(context(), option)));
  command('doctor', 'check whether this box has what the linux back end needs')
    .option('--libvirt-socket <path>', 'socket of libvirtd', '/var/run/libvirt/libvirt-sock')
    .option('--image-directory <path>', 'folder of VM images', '/var/lib/gatewright/images')
    .action(async option => done(await doctor(context(), localHost, option)));
  const image = program
    .command('image')
    .description('guest images of the embedded back end: fetch FILE|URL [--sha256 HASH], or list')
    .exitOverride();
  image
    .command('fetch <source>')
    .description('check a bundle, a file or an http(s) address, and install the image in it')
    .option('--json', 'print one JSON document')
    .option('--sha256 <hash>', 'refuse a bundle with another hash')
    .exitOverride()
    .action(async (source, option) => {
      const { fetchImage } = await import('./cli/commands/image.ts');
      done(await fetchImage(terminal, images, source, option));
    });
  image
    .command('list')
    .description('show the images of this machine, every byte checked')
    .option('--json', 'print one JSON document')
    .exitOverride()
    .action(async () => {
      const { listImages } = await import('./cli/commands/image.ts');
      done(await listImages(terminal, images));
    });
  command('probe', 'show what this box has, as a hardware profile')
    .option('--host <name>', 'of a box that ssh leads to, where nothing has to be installed')
    .option('--from <folder>', 'of a box of which scripts/collect-hardware.sh made a dump')
    .action(async option => {
      const { probeCommand } = await import('./cli/commands/probe.ts');
      done(await probeCommand(terminal, localHost, option));
    });
  drawingCommands(command, context, done);
  recordingCommands(command, done);
  rulesCommands(command, context, done);
  modbusCommands(program, terminal, done);
  profileCommands(program, done);
  attestCommands(program, context, stateDirectory, done);
  secretCommands(program, done);
  keysCommands(program, terminal, stateDirectory, done);
  command('agent', 'run the agent of one gateway on this box')
    .requiredOption('--gateway <name>', 'name of the gateway, as in the drawing')
    .option('--backend <name>', 'linux, embedded or simulated', 'linux')
    .option('--socket <path>', 'where to listen (linux: /run/gatewright/NAME.sock, else: in the state folder)')
    .option('--group <name>', 'group that may use the socket')
    .option('--state <folder>', 'journal and files of the drivers (linux: /var/lib/gatewright/NAME)')
    .option('--libvirt-socket <path>', 'socket of libvirtd', '/var/run/libvirt/libvirt-sock')
    .option('--image-directory <path>', 'folder of VM images (linux: /var/lib/gatewright/images)')
    .option('--hypervisor <name>', 'what runs the VMs of an embedded gateway: auto, v86 or qemu (auto)')
    .option('--tpm <way>', 'TPM of this box: device:PATH, or swtpm:PATH for an emulated one (device:/dev/tpmrm0)')
    .option('--tpm-makers <folder>', 'certificates of makers of TPMs; one of them has to vouch for that of this box')
    .action(async option => {
      // WHY not above: it loads every driver, which takes as long as everything else together.
      const { agent } = await import('./cli/commands/agent.ts');
      done(await agent(terminal, packageJson.version, { states: stateDirectory, images, snapshots }, option));
    });
  return program;
}

/** Commands about recordings of what goes over lines. */
function recordingCommands(
  command: (signature: string, what: string) => Command,
  done: (code: ExitCode) => void,
): void {
  command('replay <flow>', 'show what the rules of a drawing would do to recorded traffic; exit with 1 when it differs')
    .requiredOption('--recording <file>', 'pcap, pcapng or candump log; - reads standard input')
    .option('--against <side>', 'running, or another drawing', 'running')
    .option('--gateway <name>', 'only this gateway')
    .option('--line <name>', 'only this line; all whose protocol has rules, and all guarded links, as a rule')
    .option('--vm <name>', 'only the wire of this VM or port; all, as a rule')
    .option('--link <name>', 'only frames of this link of the recording, such as can0')
    .option('--port <number>', 'TCP port of the Modbus devices in the recording (502)')
    .option('--show <count>', 'frames shown for each wire', '20')
    .action(async (flow, option) => {
      // WHY not above: it loads every protocol.
      const { replay } = await import('./cli/commands/replay.ts');
      done(await replay(context(), flow, option));
    });
  const line = (signature: string, what: string) =>
    command(signature, what)
      .option('--gateway <name>', 'gateway that has the line, when its name alone is given')
      .option('--socket <path>', 'socket of an agent that listens elsewhere than usual');
  line('capture <line>', 'record what goes over a line, or over a card of a VM (port.GATEWAY/VM.CARD)')
    .option('--format <name>', 'pcapng, or candump for CAN', 'pcapng')
    .option('--end <name>', 'only at this end: a VM, device or messages')
    .option('--direction <name>', 'only in (onto the line there) or out (off it)')
    .option('--seconds <count>', 'end after so long')
    .option('--count <count>', 'end after so many frames')
    .option('--snaplen <bytes>', 'of a card: only so many bytes of each frame, such as 96 for headers')
    .option('--output <file>', 'write into a file in place of standard output')
    .action(async (name, option) => {
      const { capture } = await import('./cli/commands/capture.ts');
      done(await capture(context(), name, option));
    });
  line('play <line>', 'say a recording on a line again, as messages of the flow may')
    .requiredOption('--recording <file>', 'pcap, pcapng or candump log; - reads standard input')
    .option('--speed <speed>', 'original, max, or how many times faster', 'original')
    .option('--link <name>', 'only frames of this link of the recording, such as can0')
    .option('--port <number>', 'TCP port of the Modbus devices in the recording (502)')
    .option('--yes', 'do not ask')
    .action(async (name, option) => {
      const { play } = await import('./cli/commands/play.ts');
      done(await play(context(), name, option));
    });
}

/** The commands below `profile`. */
function profileCommands(program: Command, done: (code: ExitCode) => void): void {
  const profile = program
    .command('profile')
    .description('models of boxes: import FILE, lint FILE [--host FILE | --here], export FILE --to eve, or list')
    .exitOverride();
  const command = (signature: string, what: string) =>
    profile.command(signature).description(what).option('--json', 'print one JSON document').exitOverride();
  // WHY loaded late: no other command needs the readers of XML and of foreign forms.
  const load = () => import('./cli/commands/profile.ts');
  command(
    'import <file>',
    'show a profile, an EVE hardware model, XML of libvirt or the print of lspci as a profile',
  ).action(async file => done(await (await load()).importProfile(terminal, file)));
  command('list', 'name the profiles that come with Gatewright; built-in:NAME stands for a file').action(async () =>
    done((await load()).listProfiles(terminal)),
  );
  command('lint <file>', 'find what is wrong with the model of a box; exit with 1 when something is')
    .option('--host <file>', 'also find what the host of this profile cannot honour')
    .option('--here', 'also find what this host cannot honour')
    .action(async (file, option) => done(await (await load()).lintCommand(terminal, localHost, file, option)));
  command('export <file>', 'show it in the form of somebody else')
    .requiredOption('--to <form>', 'eve: a hardware model of LF Edge EVE')
    .action(async (file, option) => done(await (await load()).exportProfile(terminal, file, option)));
}

/** The commands below `secret`. */
function secretCommands(program: Command, done: (code: ExitCode) => void): void {
  const secret = program
    .command('secret')
    .description('what the lines of a gateway log in with: set NAME, list, or remove NAME')
    .exitOverride();
  const command = (signature: string, what: string) =>
    secret
      .command(signature)
      .description(what)
      .option('--gateway <name>', 'gateway of this machine whose agent needs it')
      .option('--backend <name>', 'back end of that gateway: linux, embedded or simulated', 'linux')
      .option('--state <folder>', 'state folder of the agent, when it has another one than usual')
      .option('--json', 'print one JSON document')
      .exitOverride();
  const load = () => import('./cli/commands/secret.ts');
  const folder = (option: StateOption) => stateFolder(option, stateDirectory);
  command('set <name>', 'store a secret; it is typed, or read from standard input').action(async (name, option) =>
    done(await (await load()).setSecret(terminal, folder(option), name)),
  );
  command('list', 'show the names of all secrets').action(async option =>
    done(await (await load()).listSecrets(terminal, folder(option))),
  );
  command('remove <name>', 'remove a secret').action(async (name, option) =>
    done(await (await load()).removeSecret(terminal, folder(option), name)),
  );
}

async function main(): Promise<void> {
  try {
    await build(code => {
      process.exitCode = code;
    }).parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error, terminal);
  }
}

await main();
