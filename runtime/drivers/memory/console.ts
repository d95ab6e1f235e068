// Consoles of simulated VMs: they say that no guest runs behind them, and give back what is typed.
import { ConsoleBuffer } from '../../host/console-buffer.ts';
import type { Address } from '../../model/address.ts';

export class SimulatedConsole extends ConsoleBuffer {
  constructor(address: Address<'vm'>) {
    super(bytes => this.say(Buffer.from(bytes).toString('latin1')));
    this.say(`${address} is simulated: no guest runs here, what you type comes back.\r\n`);
  }

  /** Lets the line say something. @param text  one character per byte; ends of lines become those of a terminal */
  say(text: string): void {
    this.said(Buffer.from(text.replaceAll(/\r(?!\n)/g, '\r\n'), 'latin1'));
  }
}
