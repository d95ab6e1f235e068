// The kernel as QEMU hands it to a firmware, read as a firmware reads it: from the ports of its configuration device. The
// machine is made and never runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface HandedOver {
  readonly kernel: string;
  readonly initrd?: string;
  readonly commandLine: string;
  readonly memoryMiB: number;
}

/** FW_CFG_SETUP_SIZE and FW_CFG_SETUP_DATA (QEMU, "fw_cfg"). */
const [SIZE, DATA] = [0x17, 0x18];
const WITHIN_MS = 60_000;

/** The beginning of the kernel, which is all that QEMU changes. Paths of files. */
export async function setupOf({ kernel, initrd, commandLine, memoryMiB }: HandedOver): Promise<Buffer> {
  const machine = ['-machine', 'q35,accel=tcg', '-S', '-nodefaults', '-display', 'none', '-m', `${memoryMiB}M`];
  const booted = ['-kernel', kernel, '-append', commandLine, ...(initrd === undefined ? [] : ['-initrd', initrd])];
  const asked = ['-qtest', 'stdio', '-qtest-log', 'none'];
  const options = { stdio: ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'], timeout: WITHIN_MS };
  const program = spawn('qemu-system-x86_64', [...machine, ...booted, ...asked], options);
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const ended = once(program, 'exit');
  const answers = async (commands: readonly string[]) => {
    program.stdin.write(`${commands.join('\n')}\n`);
    const told: number[] = [];
    while (told.length < commands.length) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('QEMU ended before it answered');
      if (value.startsWith('OK')) told.push(Number(value.slice(3) || 0));
    }
    return told;
  };
  const read = async (key: number, bytes: number) => {
    await answers([`outw 0x510 ${key}`]);
    return Buffer.from(await answers(Array(bytes).fill('inb 0x511')));
  };
  try {
    return await read(DATA, (await read(SIZE, 4)).readUInt32LE());
  } finally {
    program.kill();
    await ended;
  }
}
