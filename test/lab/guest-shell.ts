// Asks the shell of a guest at its console, as a person would.
import type { Address } from '../../runtime/model/address.ts';
import type { Agent } from '../../runtime/model/agent.ts';

let asked = 0;

/**
 * Types a command and resolves with what the guest says, its exit code behind `done-<number>-` at the end.
 * @param agent  of its gateway
 */
export async function askGuest(agent: Agent, vm: Address<'vm'>, command: string): Promise<string> {
  asked += 1;
  const mark = `done-${asked}x${Math.trunc(performance.now())}`;
  const end = new RegExp(`${mark}-(\\d+)`);
  let said = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  const session = await agent.console(vm, bytes => {
    said += Buffer.from(bytes).toString();
    if (end.test(said)) resolve();
  });
  // The quotes tell what the guest prints from what its shell echoes, which breaks long lines where it likes.
  session.write(Buffer.from(`echo ${mark}-b""egin; ${command}; echo ${mark}-$?\r`));
  await promise;
  session.close();
  return said.slice(said.indexOf(`${mark}-begin`)).replaceAll('\r', '');
}
