/** Community IDs of the flows in records. */
import type { Columns } from '../capture/columns.ts';
import { ADDRESS_WORDS, type AddressTable } from './address-table.ts';
import { CommunityIds } from './community-id.ts';
import { Cold, RECORD_WORDS } from './flow-columns.ts';
import type { FlowRecords } from './flow-records.ts';
import { isIcmp } from './icmp-conversation.ts';
import { hasPorts } from './ip-protocol.ts';
import { KeyBit } from './queue.ts';
import type { Sha1Digest } from './sha1.ts';

/** Makes them, one after another. */
export class RecordCommunityIds {
  /** Digest of the last one. */
  readonly digest: Sha1Digest;
  /** Where addresses are put, as `CommunityIds` has them. */
  readonly ends: Int32Array;
  private readonly ids: CommunityIds;
  private readonly table: Pick<FlowRecords, 'words'>;
  private readonly addresses: Pick<AddressTable, 'read'>;

  /** @param columns where they are made */
  constructor(table: Pick<FlowRecords, 'words'>, addresses: Pick<AddressTable, 'read'>, columns?: Columns) {
    this.table = table;
    this.addresses = addresses;
    this.ids = new CommunityIds(columns);
    this.ends = this.ids.ends;
    this.digest = this.ids.digest;
  }

  /** Makes that of a record, whose client has the side `client` of the key. */
  make(record: number, client: number): void {
    const { words } = this.table;
    const at = record * RECORD_WORDS;
    const key3 = words[at + 3]!;
    const protocol = key3 & 0xff;
    const isIpv6 = (key3 & KeyBit.ipv6) !== 0;
    this.readEnd(0, words[at + client]!, isIpv6);
    this.readEnd(ADDRESS_WORDS, words[at + (client ^ 1)]!, isIpv6);
    let first = 0;
    let second = 0;
    if (isIcmp(protocol)) {
      const kind = words[at + Cold.portIcmp]! >>> 16;
      first = kind & 0xff;
      second = kind >>> 8;
    } else if (hasPorts(protocol)) {
      const ports = words[at + 2]!;
      first = client === 0 ? ports >>> 16 : ports & 0xffff;
      second = client === 0 ? ports & 0xffff : ports >>> 16;
    }
    this.ids.make(isIpv6 ? ADDRESS_WORDS : 1, protocol, first, second);
  }

  /** Puts an address into the ends from one of their words on. */
  private readEnd(at: number, word: number, isIpv6: boolean): void {
    const { ends } = this;
    if (isIpv6) this.addresses.read(word, ends, at);
    else ends[at] = word;
  }
}
