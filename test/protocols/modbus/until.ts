// Waits for what a test has brought about.

/** Looks again and again until something is so; the time-out of the test is the bound. */
export async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise(resolve => setTimeout(resolve, 2));
}
