/** What captures say of the interface that a packet comes from, looked up once for successive packets of one interface. */
import type { ByteOrder, CaptureInterface } from '../capture/interface.ts';
import { interfaceName } from '../capture/point.ts';
import type { PacketOrigin, Points } from './captures.ts';

/** The facts of one interface. Filled anew for another one. */
export class InterfaceFacts {
  /** Where it took its packets. */
  point = '';
  /** Number of it and its name, where the capture tells them: -1 and '' where it does not (a pcap file). */
  toldId = -1;
  toldName = '';
  /** Name under which it is shown, undefined where the capture gives none. */
  name: string | undefined;
  /** -1 for an interface that was not described. */
  linkType = -1;
  fcsOctets = 0;
  byteOrder: ByteOrder = 'little-endian';

  private readonly points: Points;
  private origin: PacketOrigin | undefined;
  private id = -1;

  constructor(points: Points) {
    this.points = points;
  }

  /** Begins a run of packets; before it the capture may have described other interfaces. */
  begin(origin: PacketOrigin): void {
    this.origin = origin;
    this.id = -1;
  }

  /** Makes these the facts of the run's interface `id`. */
  take(id: number): void {
    if (id !== this.id) this.look(id);
  }

  private look(id: number): void {
    const { origin } = this;
    if (origin === undefined) return;
    const { interfaces, format } = origin.input.reader;
    const described: CaptureInterface | undefined = interfaces[id];
    const isTold = format === 'pcapng';
    this.id = id;
    this.point = this.points.of(origin, id);
    this.toldId = isTold ? id : -1;
    this.toldName = isTold ? (described?.name ?? '') : '';
    this.name = described?.name === undefined ? undefined : interfaceName(described);
    this.linkType = described?.linkType ?? -1;
    this.fcsOctets = described?.fcsOctets ?? 0;
    this.byteOrder = described?.byteOrder ?? 'little-endian';
  }
}
