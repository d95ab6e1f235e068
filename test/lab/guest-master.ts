// A Modbus master that is a shell: what a guest types to ask a device on its field line (ttyS1), and what it printed.
import assert from 'node:assert/strict';
import { rtuFrame } from '../../runtime/protocols/modbus/adu/frames.ts';

const AROUND_PDU_BYTES = 3;

/**
 * A command line that asks once and prints the answer.
 * @param pdu          in hex
 * @param answerBytes  of the PDU of the answer
 */
export function masterCommand(unit: number, pdu: string, answerBytes: number): string {
  const octal = [...rtuFrame(unit, Buffer.from(pdu, 'hex'))].map(byte => `\\0${byte.toString(8)}`).join('');
  const received = `head -c ${answerBytes + AROUND_PDU_BYTES} <&3 | hexdump -v -e '1/1 "%02x"'`;
  // The quotes tell what the guest prints from what its shell may echo.
  return `exec 3<>/dev/ttyS1; stty raw -echo <&3; printf '%b' '${octal}' >&3; echo ans""wer $(${received})`;
}

/** The PDU of the answer in hex. @param said  what the guest printed */
export function masterAnswer(said: string): string {
  const frame = /answer ([0-9a-f]+)/.exec(said)?.[1] ?? assert.fail(said);
  return frame.slice(2, -4);
}
