/** Captures of the lab that the library's tests read. */
import { FIXTURES } from '../corpus.ts';

/** Packets of pods that talk through VXLAN. */
export const VXLAN = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
/** Two interfaces in one pcapng file. */
export const SEVERAL = `${FIXTURES}flannel-vxlan-variants/node1-several.pcapng`;
/** VXLAN packets of which each octet after the 96th was not captured. */
export const SNAPPED = `${FIXTURES}flannel-vxlan-variants/node1-eth1-snap96.pcap`;
/** A capture whose last record is cut off. */
export const CUT = `${FIXTURES}flannel-vxlan-variants/node1-eth1-cut.pcap`;
/** Outer IP packets in fragments. */
export const FRAGMENTS = `${FIXTURES}outer-fragmentation/node1-eth1.pcap`;
/** One capture in three consecutive pieces. */
export const RING = [1, 2, 3].map((piece) => `${FIXTURES}flannel-vxlan-variants/node1-eth1-ring-${piece}.pcap`);
/** VXLAN again, compressed. */
export const COMPRESSED = `${FIXTURES}flannel-vxlan-variants/node1-eth1-gzip.pcap.gz`;
