/** Where packets were captured. */

/** What a capture says of its interfaces; asked anew when records are made, for a name may change as interfaces are described. */
export interface InputDescription {
  /** LINKTYPE_ number of an interface. */
  linkType(interfaceId: number): number;
  /** Octets of frame check sequence at the end of its packets. */
  fcsOctets(interfaceId: number): number;
  /** Name of the point where the interface took its packets. */
  point(interfaceId: number): string;
}

/** An interface of a capture. */
export interface CapturePoint {
  readonly input: InputDescription;
  readonly interfaceId: number;
  /** Kernel's index of the interface in a capture of all of them (LINUX_SLL2), 0 where the capture has no such. */
  readonly interfaceIndex: number;
}

/** Name of a point, as records have it. */
export function pointName({ input, interfaceId, interfaceIndex }: CapturePoint): string {
  const name = input.point(interfaceId);
  return interfaceIndex === 0 ? name : `${name}:if${interfaceIndex}`;
}
