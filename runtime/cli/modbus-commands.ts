// The commands below `modbus`, with their options.
import type { Command } from 'commander';
import type { ExitCode } from './exit.ts';
import type { Terminal } from './terminal.ts';

export function modbusCommands(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const modbus = program
    .command('modbus')
    .description('ask a Modbus device: read DEVICE, write DEVICE, or scan DEVICE')
    .exitOverride();
  const command = (signature: string, what: string, timeoutMs: string) =>
    modbus
      .command(signature)
      .description(`${what}; DEVICE is tcp://HOST:PORT or a serial port`)
      .option('--baud-rate <number>', 'speed of a serial port (9600)')
      .option('--parity <name>', 'parity of a serial port: none, even or odd (even)')
      .option('--stop-bits <number>', 'stop bits of a serial port: 1 or 2 (1, without parity 2)')
      .option('--timeout-ms <ms>', 'how long to wait for an answer', timeoutMs)
      .option('--json', 'print one JSON document')
      .exitOverride();
  // WHY loaded late: no other command needs the client, and with it npm modbus-serial.
  const load = () => import('./commands/modbus.ts');
  command('read <device> <addresses>', 'show what is at ADDRESS or FIRST-LAST, counted from 0', '1000')
    .requiredOption('--unit <number>', 'unit that is asked')
    .option('--coils', 'read coils')
    .option('--discrete', 'read discrete inputs')
    .option('--holding', 'read holding registers')
    .option('--input', 'read input registers')
    .action(async (device, range, option) => done(await (await load()).readModbus(terminal, device, range, option)));
  command('write <device> <address> <values...>', 'write values from an address on, counted from 0', '1000')
    .requiredOption('--unit <number>', 'unit that is told')
    .option('--coil', 'write coils: on, off, 1 or 0')
    .option('--holding', 'write holding registers: decimal, or hex with 0x')
    .option('--yes', 'do not ask')
    .action(async (device, address, values, option) =>
      done(await (await load()).writeModbus(terminal, device, [address, ...values], option)),
    );
  command('scan <device>', 'say which units answer; exit with 1 when none does', '100')
    .option('--units <range>', 'units that are asked', '1-247')
    .action(async (device, option) => done(await (await load()).scanModbus(terminal, device, option)));
}
