// What was heard at the card of a VM as a pcapng file for Wireshark.
import { PcapngWriter } from '../lanes/recording/pcapng/writer.ts';
import type { PortFrame, PortOrder } from '../model/port-frame.ts';
import type { CaptureFile } from './capture-file.ts';

/** Which way a frame went, as Wireshark has it of a recording that was made in the VM: what it sends is outbound. */
const DIRECTION = { 'from-vm': 'to-device', 'to-vm': 'from-device' } as const satisfies Record<
  PortFrame['direction'],
  string
>;

/**
 * Begins a file: it names the card even when nothing goes over it.
 * @param port   its address, which names the interface
 * @param write  takes the bytes over, in order
 */
export function openPortCapture(
  port: string,
  { snaplen }: PortOrder,
  write: (bytes: Uint8Array) => void,
): CaptureFile<PortFrame> {
  const writer = new PcapngWriter(write);
  writer.introduce(port, 'ethernet', 'seen from the VM: outbound is what it sends, before its rules', snaplen);
  let count = 0;
  return {
    get frames() {
      return count;
    },
    take(frames) {
      for (const { atUs, direction, length, bytes } of frames)
        writer.frame({ time: atUs, link: port, class: 'ethernet', direction: DIRECTION[direction], bytes, length });
      count += frames.length;
    },
    lost: frames => writer.lost(port, 'ethernet', frames),
    close: atMs => writer.close(atMs * 1_000),
  };
}
