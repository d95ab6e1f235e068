// What the guests of robot-cell do during a soak, all the time: they talk within their tenant, and try what they may not.

export const VMS = ['a7', 'a8', 'b7', 'b8'] as const;
export type VmName = (typeof VMS)[number];

const PLC = '192.168.50.10';
const [SEVEN, EIGHT] = ['10.0.0.7', '10.0.0.8'] as const;
/** An address that is not drawn: port security refuses what comes from it. */
const FORGED = '10.0.0.77';
const request = (port: number) => `echo | nc -w 1 ${PLC} ${port}`;
const forge = (target: string) => `ping -c 1 -W 1 -I ${FORGED} ${target}`;
/** Two megabytes over TCP. */
const fetch = (from: string) => `printf 'GET /busybox HTTP/1.0\\r\\n\\r\\n' | nc -w 20 ${from} 80`;
const ping = (target: string) => `ping -c 3 -W 2 ${target}`;

/** Done once, then the rest again and again. Vendor A may reach 502 of the PLC and nothing else, vendor B no TCP at all. */
const WORK: Readonly<Record<VmName, { readonly once: string; readonly again: readonly string[] }>> = {
  a7: {
    once: `ip addr add ${FORGED}/32 dev eth0`,
    again: [ping(EIGHT), fetch(EIGHT), request(502), request(503), forge(EIGHT)],
  },
  a8: { once: 'httpd -p 80 -h /bin', again: [ping(SEVEN), request(502), request(503)] },
  b7: { once: `ip addr add ${FORGED}/32 dev eth0`, again: [ping(EIGHT), fetch(EIGHT), request(502), forge(EIGHT)] },
  b8: { once: 'httpd -p 80 -h /bin', again: [ping(SEVEN), request(502)] },
};

/** A line for the guest's shell, which answers at once and goes on in the background. */
export function trafficOf(vm: VmName): string {
  const { once, again } = WORK[vm];
  return `${once}; { while :; do ${again.join('; ')}; done >/dev/null 2>&1 & }`;
}
