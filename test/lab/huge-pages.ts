// Huge pages of this machine, set aside for a while. They are the kernel's, so they are taken and given back one by one.
import { readFileSync, writeFileSync } from 'node:fs';

const COUNT = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';
const read = () => Number(readFileSync(COUNT, 'utf8'));

/**
 * Sets pages of 2 MiB aside, besides those that are.
 * @returns how to give them back
 * @throws Error when the kernel has not so much memory in one piece
 */
export function setHugePagesAside(count: number): () => void {
  const before = read();
  const giveBack = () => writeFileSync(COUNT, String(Math.max(0, read() - count)));
  writeFileSync(COUNT, String(before + count));
  if (read() >= before + count) return giveBack;
  writeFileSync(COUNT, String(before));
  throw new Error(`the kernel sets no ${count} huge pages aside`);
}
