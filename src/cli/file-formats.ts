/** Formats of capture files that can be written, and which one a name asks for. */
export const FILE_FORMATS = ['pcap', 'pcapng'] as const;

export type FileFormat = (typeof FILE_FORMATS)[number];

const PCAP_EXTENSION = /\.(pcap|cap|dmp|dump)\d*$/i;

/** The format by a file's extension; pcapng, which loses nothing, where that says nothing. */
export function fileFormatOf(path: string): FileFormat {
  return PCAP_EXTENSION.test(path) ? 'pcap' : 'pcapng';
}
