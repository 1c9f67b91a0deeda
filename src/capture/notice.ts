/** Oddities of a capture that do not stop its reading; stable names for scripts and tests. */
export const NoticeCode = {
  /** A pcap minor version after 2.4, read as 2.4. */
  newerVersion: 'newer-version',
  /** More octets captured than the packet had on the wire. */
  capturedExceedsWire: 'captured-exceeds-wire',
  /** More octets captured than the snap length. */
  capturedExceedsSnapLength: 'captured-exceeds-snap-length',
  /** A fraction of a second that is a second or more; it is carried into the seconds. */
  fractionOverflow: 'fraction-overflow',
  /** A block length that is no multiple of 4, rounded up. */
  unalignedBlockLength: 'unaligned-block-length',
  /** An option that is longer than its block; it and what follows it in the block are ignored. */
  optionTooLong: 'option-too-long',
  /** An option whose length or value its code does not allow; it is ignored. */
  badOption: 'bad-option',
  /** A name record that is longer than its block; it and what follows it in the block are ignored. */
  nameRecordTooLong: 'name-record-too-long',
  /** More names than are kept. */
  tooManyNames: 'too-many-names',
  /** More text, such as comments, than is kept. */
  tooMuchText: 'too-much-text',
  /** Interface statistics for an interface that its section has not described. */
  statisticsWithoutInterface: 'statistics-without-interface',
  /** A known block that is too long to be kept, skipped. */
  blockTooLong: 'block-too-long',
} as const;

export type NoticeCode = (typeof NoticeCode)[keyof typeof NoticeCode];

/** One kind of oddity: told once, counted after that. */
export interface Notice {
  readonly code: NoticeCode;
  /** The first occurrence in words. */
  readonly message: string;
  /** Offset of the first occurrence in the decompressed input, in octets. */
  readonly byteOffset: number;
  /** Occurrences so far. */
  count: number;
}

/** Notices of one capture, at most one a code and so bounded. */
export class Notices {
  readonly #byCode = new Map<NoticeCode, Notice>();

  /** Counts an occurrence; `message` words the first. */
  add(code: NoticeCode, byteOffset: number, message: string): void {
    const known = this.#byCode.get(code);
    if (known === undefined) this.#byCode.set(code, { code, byteOffset, message, count: 1 });
    else known.count++;
  }

  /** Counts an occurrence if the code was told before; false where the caller has to word it. */
  countKnown(code: NoticeCode): boolean {
    const known = this.#byCode.get(code);
    if (known !== undefined) known.count++;
    return known !== undefined;
  }

  /** In the order of their first occurrence. */
  list(): Notice[] {
    return [...this.#byCode.values()];
  }
}

/** Counts a packet with more octets captured than it had, or than the snap length (0 for none) allows. */
export function noteLengths(notices: Notices, at: number, captured: number, wire: number, snapLength: number): void {
  if (captured > wire && !notices.countKnown(NoticeCode.capturedExceedsWire)) {
    const message = `captured length ${captured} of the packet at offset ${at} exceeds its original length ${wire}`;
    notices.add(NoticeCode.capturedExceedsWire, at, message);
  }
  if (snapLength > 0 && captured > snapLength && !notices.countKnown(NoticeCode.capturedExceedsSnapLength)) {
    const message = `captured length ${captured} of the packet at offset ${at} exceeds the snap length ${snapLength}`;
    notices.add(NoticeCode.capturedExceedsSnapLength, at, message);
  }
}
