/** Numbers of IP protocols that flows treat in their own way (IANA "Protocol Numbers"). */
export const TCP = 6;
const UDP = 17;
const SCTP = 132;
/** Protocols whose headers begin with two ports. */
export const WITH_PORTS: readonly number[] = [TCP, UDP, SCTP];
