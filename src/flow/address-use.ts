/** Which IPv6 addresses are still named: by flows, by packets on their way to them, and by paths of tunnels. */
import type { AddressTable } from './address-table.ts';
import { Cold, RECORD_WORDS } from './flow-columns.ts';
import type { FlowRecords } from './flow-records.ts';
import type { PathTable } from './path-table.ts';
import { type FlowQueue, KeyBit } from './queue.ts';

/** Who names addresses. */
export interface AddressUsers {
  readonly table: FlowRecords;
  readonly queue: FlowQueue;
  readonly paths: PathTable;
}

/** Lets the addresses go that nobody names any more, where there are many. Without this a flood of ever new ones would fill all memory. */
export function forgetAddresses(addresses: AddressTable, users: AddressUsers): void {
  if (addresses.isCrowded) addresses.keep(addressesInUse(addresses.highest, users));
}

/** A 1 for each number of an address that is named. */
function addressesInUse(highest: number, { table, queue, paths }: AddressUsers): Uint8Array {
  const isUsed = new Uint8Array(highest + 1);
  const { words, used } = table;
  for (let record = 1; record <= used; record++) {
    const at = record * RECORD_WORDS;
    if (words[at + Cold.id] === 0) continue;
    const flags = words[at + 3]!;
    if ((flags & KeyBit.ipv6) !== 0) {
      isUsed[words[at]!] = 1;
      isUsed[words[at + 1]!] = 1;
    }
    if ((flags & KeyBit.outerIpv6) !== 0) {
      isUsed[words[at + 4]!] = 1;
      isUsed[words[at + 5]!] = 1;
    }
  }
  for (let entry = 0; entry < queue.count; entry++) {
    const flags = queue.key3[entry]!;
    if ((flags & KeyBit.ipv6) !== 0) {
      isUsed[queue.key0[entry]!] = 1;
      isUsed[queue.key1[entry]!] = 1;
    }
    if ((flags & KeyBit.outerIpv6) !== 0) {
      isUsed[queue.key4[entry]!] = 1;
      isUsed[queue.key5[entry]!] = 1;
    }
  }
  for (let number = 1; number <= paths.count; number++) {
    for (const { ipv6, first, second } of paths.at(number)) {
      if (!ipv6) continue;
      isUsed[first] = 1;
      isUsed[second] = 1;
    }
  }
  return isUsed;
}
