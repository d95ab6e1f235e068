// What a TPM says when it refuses a command (Part 2, "Response Codes"). Only what a person can act on has words.

const FORMAT_ONE = 0x080;

/** Errors about a handle, parameter or session, without the number of it. */
const FORMAT_ONE_WORDS: Readonly<Record<number, string>> = {
  132: 'a value is out of range',
  139: 'a handle is not correct for its use',
  142: 'the authorization failed',
  157: 'a policy is not satisfied',
  159: 'the integrity of what was given is broken',
};
const FORMAT_ZERO_WORDS: Readonly<Record<number, string>> = {
  256: 'it was not started',
  257: 'it failed its self-test',
  288: 'the command is disabled',
  303: 'a hierarchy wants a password',
  323: 'it does not know the command',
  330: 'nothing is stored there',
  2306: 'it has no room for another object',
  2307: 'it has no room for another session',
  2312: 'it is busy',
  2314: 'it is still testing itself',
  2337: 'it is locked against guessing',
  2338: 'it is not ready yet',
};

/** Nothing is stored at a persistent handle or an index. @param code  as the TPM answered it */
export function saysAbsent(code: number): boolean {
  return [0x08b, 0x14a].includes(withoutPlace(code));
}

/** @param code  as the TPM answered it */
export function responseWords(code: number): string {
  const words = (code & FORMAT_ONE) === 0 ? FORMAT_ZERO_WORDS[code] : FORMAT_ONE_WORDS[withoutPlace(code)];
  return `0x${code.toString(16)}${words === undefined ? '' : `, ${words}`}`;
}

/** Format one has the number of the handle, parameter or session in bits 6 and 8 to 11. */
function withoutPlace(code: number): number {
  return (code & FORMAT_ONE) === 0 ? code : code & 0x0bf;
}
